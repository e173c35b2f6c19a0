import type { AnyResource, InvalidObject } from "../api/parse-outcome.ts";
import type { Locate } from "../api/resource.ts";
import { objectKey } from "../api/resource.ts";
import type { Diagnostic, ObjectRef } from "../policy/model/diagnostic.ts";

/** What one file of manifests holds. */
export interface FileResult {
  /** The path as it was found: the one given, or below it. */
  readonly file: string;
  readonly resources: readonly AnyResource[];
  /** Objects of ours that cannot be used. */
  readonly invalid: readonly InvalidObject[];
  /** Everything found in the file, the faults of its resources and the notes on ignored objects included. */
  readonly diagnostics: readonly Diagnostic[];
  /** The file could not be read, or not understood as manifests: what it holds is not known, and it gives no objects at all. */
  readonly unreadable: boolean;
  /** The file cannot be read now, and these are the objects that it held when it last could. */
  readonly stale?: true;
  /** Finds fields of an object, by its `objectKey`: for what is found out later, as compiling does. */
  readonly sources: ReadonlyMap<string, Locate>;
}

export interface Manifests {
  readonly resources: readonly AnyResource[];
  readonly invalid: readonly InvalidObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** The files, or the directories, that could not be read. */
  readonly unreadable: readonly string[];
  /** Those of which an earlier state stands in. */
  readonly stale: readonly string[];
}

/** All files as one. */
export function collect(results: readonly FileResult[]): Manifests {
  return {
    resources: results.flatMap((result) => result.resources),
    invalid: results.flatMap((result) => result.invalid),
    diagnostics: results.flatMap((result) => result.diagnostics),
    unreadable: results.filter((result) => result.unreadable).map((result) => result.file),
    stale: results.filter((result) => result.stale === true).map((result) => result.file),
  };
}

/** Adds the place in its file to each diagnostic that lacks one. */
export function withSources(diagnostics: readonly Diagnostic[], results: readonly FileResult[]): readonly Diagnostic[] {
  const locate = (object: ObjectRef): Locate | undefined => {
    const key = objectKey(object);
    return results.find((result) => result.sources.has(key))?.sources.get(key);
  };
  return diagnostics.map((diagnostic) => {
    if (diagnostic.source !== undefined || diagnostic.object === undefined) return diagnostic;
    const source = locate(diagnostic.object)?.(diagnostic.path);
    return source === undefined ? diagnostic : { ...diagnostic, source };
  });
}
