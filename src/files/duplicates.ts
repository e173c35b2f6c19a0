import type { AnyResource, InvalidObject } from "../api/parse-outcome.ts";
import { objectKey, objectRef } from "../api/resource.ts";
import type { Diagnostic, SourcePosition } from "../policy/model/diagnostic.ts";
import type { FileResult } from "./file-result.ts";

/** An object that stands twice counts where it stands first; of a second policy nobody can say whether its rules were meant instead. */
export function duplicateOf(resource: AnyResource, firstFile: string, source: SourcePosition | undefined): InvalidObject {
  const object = objectRef(resource);
  const diagnostic: Diagnostic = {
    code: "DuplicateObject",
    severity: "error",
    object,
    path: "metadata.name",
    message: `\`${objectKey(object)}\` stands in \`${firstFile}\` already`,
    help: "remove one of the two, or give it a name of its own",
    ...(source === undefined ? {} : { source }),
  };
  return { object, lostPolicy: object.kind === "APIPolicy", diagnostics: [diagnostic] };
}

/** Tells objects that stand in more than one file; those that stand twice in one are told as it is parsed. */
export function tellDuplicates(results: readonly FileResult[]): readonly FileResult[] {
  const first = new Map<string, string>();
  return results.map((result) => {
    const resources: AnyResource[] = [];
    const repeated: InvalidObject[] = [];
    for (const resource of result.resources) {
      const key = objectKey(objectRef(resource));
      const where = first.get(key);
      if (where === undefined) {
        first.set(key, result.file);
        resources.push(resource);
      } else repeated.push(duplicateOf(resource, where, result.sources.get(key)?.("metadata.name")));
    }
    if (repeated.length === 0) return result;
    return {
      ...result,
      resources,
      invalid: [...result.invalid, ...repeated],
      diagnostics: [...result.diagnostics, ...repeated.flatMap(({ diagnostics }) => diagnostics)],
    };
  });
}
