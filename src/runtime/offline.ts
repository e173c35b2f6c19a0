import type { LintReport } from "../cli/lint.ts";
import type { Config } from "../config/config.ts";
import { readManifests } from "../files/read-manifests.ts";
import { digestApiKey } from "../identity/api-key/digest.ts";
import { createApiKeyIndex } from "../identity/api-key/key-index.ts";
import { createSystemClock } from "../identity/clock.ts";
import { createPeerReader } from "../identity/mtls/peer-reader.ts";
import { createCredentialPorts } from "../identity/ports.ts";
import { explain } from "../policy/decide/explain.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import type { Request } from "../policy/model/request.ts";
import type { ExplainReport } from "../policy/model/trace.ts";
import { compileOptions } from "./compile-options.ts";
import { credentialDeps } from "./credential-deps.ts";
import { type ManifestPlan, ManifestPlans } from "./manifest-plans.ts";

/** What the command line does with policies in files: the same reading, compiling and deciding as `serve`, once. */
async function readPlan(paths: readonly string[], config: Config): Promise<ManifestPlan> {
  return new ManifestPlans(compileOptions(config)).update(await readManifests(paths, { digest: digestApiKey }));
}

export async function lintFiles(paths: readonly string[], config: Config): Promise<LintReport> {
  const { diagnostics, files, objects } = await readPlan(paths, config);
  return { diagnostics, files, objects };
}

/** Decides as the data plane would, keys fetched from their providers included. */
export async function explainRequest(
  request: Request,
  config: Config,
): Promise<{ readonly report: ExplainReport; readonly diagnostics: readonly Diagnostic[] }> {
  const { plan, apiKeys, diagnostics } = await readPlan(config.policies, config);
  const clock = createSystemClock();
  const credentials = createCredentialPorts(credentialDeps(config, clock));
  credentials.setApiKeys(createApiKeyIndex(apiKeys));
  credentials.setProviders(plan.providers);
  try {
    const report = await explain(plan, request, { credentials, peer: createPeerReader({ clock }) });
    return { report, diagnostics };
  } finally {
    await credentials.close();
  }
}
