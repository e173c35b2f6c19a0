import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import { SIDECAR_EXAMPLES } from "../sidecar/examples.ts";
import { requireEnvoy } from "./harness/requirements.ts";

const run = promisify(execFile);
const envoy = await requireEnvoy(import.meta.url);

describe.skipIf(envoy === undefined)("Envoy itself", () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sallyport-golden-"));
    const authority = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
    const svid = await issueSvid(authority, "spiffe://cluster.local/ns/shop/sa/orders");
    await writeFile(join(directory, "svid.pem"), svid.certificate);
    await writeFile(join(directory, "svid.key"), svid.privateKey, { mode: 0o600 });
    await writeFile(join(directory, "roots.pem"), authority.bundle);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  for (const { file } of SIDECAR_EXAMPLES) {
    test(`accepts the golden file ${file}.yaml, without a warning`, async () => {
      const golden = await readFile(new URL(`../sidecar/golden/${file}.yaml`, import.meta.url), "utf8");
      const config = join(directory, `${file}.yaml`);
      // It reads the certificates while it validates; the other paths need not exist.
      await writeFile(
        config,
        golden.replaceAll(/\/run\/sallyport\/(?=svid|roots)/g, `${directory}/`).replaceAll("/var/log/sallyport", directory),
      );
      const { stdout, stderr } = await run(envoy ?? "", ["--mode", "validate", "-c", config, "--log-level", "warn"]);
      expect(stdout.trim()).toBe(`configuration '${config}' OK`);
      expect(stderr).toBe("");
    });
  }
});
