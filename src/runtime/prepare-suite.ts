import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseSuite } from "../cli/test/parse-suite.ts";
import type { Suite, SuiteCredential, SuiteSettings } from "../cli/test/suite.ts";
import { reasonOf } from "../files/find-manifests.ts";
import { createPeerReader } from "../identity/mtls/peer-reader.ts";
import type { Diagnostic, SourcePosition } from "../policy/model/diagnostic.ts";
import { nearest } from "../policy/model/nearest.ts";
import type { Request } from "../policy/model/request.ts";
import type { ManifestPlan } from "./manifest-plans.ts";
import { locationOf, placeCredential } from "./place-credential.ts";
import { createSuiteCredentials, type SuiteCredentials } from "./suite-credentials.ts";
import { readSuiteManifests } from "./suite-manifests.ts";
import type { PreparedSuite, PreparedTest } from "./suite-run.ts";

export interface Preparation {
  readonly file: string;
  /** Notes are left out. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent where one of the diagnostics is an error: nothing is said of policies that are not in force as they are written. */
  readonly prepared: PreparedSuite | undefined;
}

/** Reads a suite, its policies and its requests, so that all that is left is to decide. */
export async function prepareSuite(
  file: string,
  settings: SuiteSettings,
  filter: (test: string) => boolean,
): Promise<Preparation> {
  const read = await readSuite(file, settings);
  if (!read.ok) return { file, diagnostics: read.diagnostics, prepared: undefined };
  const { suite } = read;
  const places = new Map(suite.policies.map((policy) => [path.join(path.dirname(file), policy.path), policy.source]));
  const manifests = await readSuiteManifests([...places.keys()], suite.settings);
  const { compiled } = manifests;
  const diagnostics = [
    ...compiled.diagnostics.filter(({ severity }) => severity !== "note").map((diagnostic) => placed(diagnostic, places)),
    ...unknownNames(suite, compiled),
  ];
  if (diagnostics.some(({ severity }) => severity === "error")) return { file, diagnostics, prepared: undefined };
  const credentials = createSuiteCredentials(suite, compiled.plan.providers, compiled.apiKeys);
  const prepared: PreparedSuite = {
    suite,
    manifests,
    plan: compiled.plan,
    ports: { credentials: credentials.ports, peer: createPeerReader({ clock: { now: () => suite.now } }) },
    tests: suite.tests
      .filter(({ name }) => filter(name))
      .map((test): PreparedTest => ({ test, request: withCredentials(test, compiled, credentials) })),
    close: () => credentials.close(),
  };
  return { file, diagnostics, prepared };
}

/** A path that the suite names and that cannot be read is told where the suite names it. */
function placed(diagnostic: Diagnostic, places: ReadonlyMap<string, SourcePosition>): Diagnostic {
  const place = diagnostic.code === "Unreadable" ? places.get(diagnostic.source?.file ?? "") : undefined;
  return place === undefined ? diagnostic : { ...diagnostic, path: "policies", source: place };
}

async function readSuite(file: string, settings: SuiteSettings): Promise<ReturnType<typeof parseSuite>> {
  try {
    return parseSuite(file, new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file)), settings);
  } catch (error) {
    const reason = error instanceof TypeError ? "it is not valid UTF-8" : reasonOf(error);
    const message = `\`${file}\` cannot be read: ${reason}`;
    const source = { file, line: 1, column: 1 };
    return { ok: false, diagnostics: [{ code: "Unreadable", severity: "error", path: "", message, source }] };
  }
}

function withCredentials(
  { request, credentials }: Suite["tests"][number],
  { plan, apiKeys }: ManifestPlan,
  service: SuiteCredentials,
): Request {
  // Every place is looked up before any is taken, since a credential in the query makes another path.
  const places = credentials.map(
    (credential) => [locationOf(credential, request, plan, apiKeys), service.textOf(credential)] as const,
  );
  return places.reduce((carrying, [location, text]) => placeCredential(carrying, location, text), request);
}

/** Providers and Secrets that identities name and no manifest of the suite has. */
function unknownNames({ tests }: Suite, { plan, apiKeys }: ManifestPlan): readonly Diagnostic[] {
  const providers = plan.providers.map(({ name }) => name);
  const secrets = apiKeys.map(({ namespace, name }) => `${namespace}/${name}`);
  return [...new Set(tests.flatMap(({ credentials }) => credentials))].flatMap((credential) =>
    credential.kind === "apiKey"
      ? unknownName(credential, "apiKey.secret", credential.secret, "API key", secrets)
      : unknownName(credential, `${credential.kind}.provider`, credential.provider, "provider", providers),
  );
}

function unknownName(
  { identity, source }: SuiteCredential,
  field: string,
  name: string,
  what: string,
  known: readonly string[],
): readonly Diagnostic[] {
  if (known.includes(name)) return [];
  const close = nearest(name, known);
  const list = known.map((each) => `\`${each}\``).join(", ");
  const there = list === "" ? "add the manifest that holds it to `policies`" : `they hold ${list}`;
  return [
    {
      code: "UnknownName",
      severity: "error",
      path: `identities.${identity}.${field}`,
      message: `the manifests of the suite hold no ${what} \`${name}\``,
      help: close === undefined ? there : `did you mean \`${close}\`?`,
      source,
    },
  ];
}
