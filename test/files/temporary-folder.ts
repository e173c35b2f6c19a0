import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A directory that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "sallyport-files-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A policy as a file would hold it; without rules it denies everything. */
export function policyText(name: string, spec = "{}"): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: APIPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
}
