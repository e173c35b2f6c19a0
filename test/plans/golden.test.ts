import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { renderLint } from "../../src/cli/lint.ts";
import { createStyle } from "../../src/cli/style.ts";
import { readManifests } from "../../src/files/read-manifests.ts";
import { ManifestPlans } from "../../src/runtime/manifest-plans.ts";
import { outlineTarget } from "./outline.ts";

/** Golden files: what each directory of manifests compiles to, and what lint says of it. `npx vitest run test/plans -u` writes them. */

const INPUTS = fileURLToPath(new URL("inputs/", import.meta.url));

async function compileInput(name: string) {
  const plans = new ManifestPlans({
    trustDomain: "cluster.local",
    defaultAction: "Deny",
    trustedHops: 0,
    installationNamespace: "sallyport-system",
  });
  const read = plans.update(
    await readManifests([`${INPUTS}${name}.yaml`], { digest: (key) => `digest of ${key.length} characters` }),
  );
  // Where a file lies on this machine is no part of what is golden.
  const diagnostics = read.diagnostics.map((diagnostic) =>
    diagnostic.source === undefined ? diagnostic : { ...diagnostic, source: { ...diagnostic.source, file: `${name}.yaml` } },
  );
  return { ...read, diagnostics };
}

describe.each(["shop", "faults"])("%s.yaml", (name) => {
  it("compiles to its golden plan", async () => {
    const { plan } = await compileInput(name);
    const workload = (app: string): unknown => outlineTarget(plan.forWorkload("shop", new Map([["app", app]]), app));
    const outline = {
      workloads: Object.fromEntries(["orders", "spelling", "conditions", "other"].map((app) => [app, workload(app)])),
      routes: { "Service shop/orders": outlineTarget(plan.forRoute("Service", "shop", "orders")) },
      hosts: Object.fromEntries(["api.example.com", "a.b.example.org"].map((host) => [host, outlineTarget(plan.forHost(host))])),
    };
    await expect(stringify(outline, { lineWidth: 160, aliasDuplicateObjects: false })).toMatchFileSnapshot(
      `golden/${name}.plan.yaml`,
    );
  });

  it("is linted as its golden text", async () => {
    const { diagnostics, files, objects } = await compileInput(name);
    const { stdout, exitCode } = renderLint({ diagnostics, files, objects }, "text", createStyle(false));
    await expect(`${stdout}exit code ${exitCode}\n`).toMatchFileSnapshot(`golden/${name}.lint.txt`);
  });
});
