import type { AnyResource } from "../api/parse-outcome.ts";
import { objectKey, objectRef } from "../api/resource.ts";
import type { FileResult } from "./file-result.ts";

/**
 * What is in force after a change: the objects of each file that can be read, and of one that cannot any more, those that it held when it
 * last could. Its diagnostics stay, so that it is told as broken. An object that meanwhile stands elsewhere is taken from there. `previous`
 * is what this function gave the last time, empty at the start; a file that was never readable gives nothing, and stays unreadable.
 */
export function withLastGood(previous: readonly FileResult[], current: readonly FileResult[]): readonly FileResult[] {
  const standing = new Set(current.flatMap((result) => result.resources.map(keyOf)));
  const remains = (resource: AnyResource): boolean => !standing.has(keyOf(resource));
  const listed = new Set(current.map((result) => result.file));
  return current.flatMap((result) => {
    if (!result.unreadable) return [result];
    const before = previous.filter((old) => old.file === result.file || (below(old.file, result.file) && !listed.has(old.file)));
    const good = before.filter((old) => !old.unreadable);
    if (good.length === 0) return [result];
    const own = good.find((old) => old.file === result.file);
    const kept = good.map(
      (old): FileResult => ({
        ...old,
        stale: true,
        resources: old.resources.filter(remains),
        diagnostics: old === own ? result.diagnostics : [],
      }),
    );
    return own === undefined ? [{ ...result, unreadable: false, stale: true }, ...kept] : kept;
  });
}

function keyOf(resource: AnyResource): string {
  return objectKey(objectRef(resource));
}

/** A directory that is missing for a moment takes all its files with it. */
function below(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
