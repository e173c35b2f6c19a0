import type { PathReading } from "../model/evaluation.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";
import type { PathParts } from "./path-pattern.ts";
import type { PathPattern } from "./path-template.ts";
import { PrefixTree } from "./prefix-tree.ts";
import { TemplateTrie } from "./template-trie.ts";

/** Many patterns as one matcher, flat in the number of exact paths, templates and prefixes, and linear in that of suffixes. */
export interface PathSet {
  /** True if any pattern matches; else unknown if one does under Unicode's rules of case; else false. */
  match(reading: PathReading): Tri;
  /** A pattern that matches for certain: an exact one first, then a template, a prefix, a suffix. */
  find(reading: PathReading): PathPattern | undefined;
}

export function createPathSet(patterns: readonly PathPattern[]): PathSet {
  const only = patterns.length === 1 ? patterns[0] : undefined;
  if (only !== undefined) {
    return { match: (reading) => only.match(reading), find: (reading) => (only.match(reading) === TRUE ? only : undefined) };
  }
  const sensitive = createIndex(
    patterns.filter((pattern) => !pattern.caseInsensitive).map((pattern) => [pattern.parts, pattern]),
  );
  const insensitive = patterns.filter((pattern) => pattern.caseInsensitive);
  const ascii = createIndex(insensitive.map((pattern) => [pattern.parts, pattern]));
  const unicode = createIndex(insensitive.map((pattern) => [pattern.foldedParts, pattern]));

  const find = (reading: PathReading): PathPattern | undefined => {
    const pattern = sensitive?.(reading.text, reading);
    return pattern ?? ascii?.(reading.foldedAscii, undefined);
  };
  return {
    find,
    match(reading) {
      if (find(reading) !== undefined) return TRUE;
      return unicode !== undefined && unicode(reading.foldedUnicode, undefined) !== undefined ? UNKNOWN : FALSE;
    },
  };
}

type Index = (path: string, reading: PathReading | undefined) => PathPattern | undefined;

function createIndex(entries: readonly (readonly [PathParts, PathPattern])[]): Index | undefined {
  if (entries.length === 0) return undefined;
  const exact = new Map<string, PathPattern>();
  const templates = new TemplateTrie<PathPattern>();
  const prefixes = new PrefixTree<PathPattern>();
  const suffixes: { readonly text: string; readonly pattern: PathPattern }[] = [];
  let any: PathPattern | undefined;
  for (const [parts, pattern] of entries) {
    switch (parts.kind) {
      case "any":
        any ??= pattern;
        break;
      case "exact":
        exact.set(parts.text, exact.get(parts.text) ?? pattern);
        break;
      case "prefix":
        prefixes.add(parts.text, pattern);
        break;
      case "suffix":
        suffixes.push({ text: parts.text, pattern });
        break;
      case "template":
        templates.add(parts.segments, parts.rest, pattern);
        break;
    }
  }
  return (path, reading) =>
    (exact.size === 0 ? undefined : exact.get(path)) ??
    (templates.isEmpty ? undefined : templates.find(reading?.segments ?? path.slice(1).split("/"))) ??
    prefixes.find(path) ??
    suffixes.find((suffix) => path.endsWith(suffix.text))?.pattern ??
    any;
}
