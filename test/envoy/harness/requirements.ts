import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findOrFetchEnvoy } from "../../../scripts/components/envoy.ts";

/** `{ "test/envoy/calls.test.ts": "python3 is not on PATH, …" }`: what a run left out, for its runner to print. */
export const LEFT_OUT_FILE: string = fileURLToPath(
  new URL("../../../node_modules/.cache/sallyport/left-out.json", import.meta.url),
);

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * An Envoy for the tests of one file, or `undefined` where none can be had: then the file is skipped and the reason recorded.
 * With `CI=true` nothing is left out: it throws.
 *
 * @param testFile `import.meta.url` of the test file
 */
export async function requireEnvoy(testFile: string): Promise<string | undefined> {
  const envoy = await findOrFetchEnvoy({ onProgress: (line) => void process.stderr.write(`${line}\n`) });
  await recordRequirement(testFile, envoy.found ? undefined : `${envoy.reason}; ${envoy.help}`);
  return envoy.found ? envoy.path : undefined;
}

/**
 * Notes that a test file runs (`missing` is undefined) or what it lacks. An extra is nothing that the README asks of a machine, so its lack
 * is told and never a failure.
 *
 * @throws Error if something is missing that is no extra, and `CI=true`
 */
export async function recordRequirement(
  testFile: string,
  missing: string | undefined,
  need: "required" | "extra" = "required",
): Promise<void> {
  const key = relative(ROOT, fileURLToPath(testFile));
  const { [key]: _, ...others } = await readLeftOut();
  await mkdir(dirname(LEFT_OUT_FILE), { recursive: true });
  await writeFile(LEFT_OUT_FILE, `${JSON.stringify(missing === undefined ? others : { ...others, [key]: missing }, null, 2)}\n`);
  if (missing !== undefined && need === "required" && process.env["CI"] === "true")
    throw new Error(`${key} cannot run: ${missing}`);
}

export async function readLeftOut(): Promise<{ readonly [testFile: string]: string }> {
  return JSON.parse(await readFile(LEFT_OUT_FILE, "utf8").catch(() => "{}"));
}
