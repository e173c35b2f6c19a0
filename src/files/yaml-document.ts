import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLError } from "yaml";
import type { SourcePosition } from "../policy/model/diagnostic.ts";

/** One document of a YAML stream. */
export interface YamlDocument {
  readonly value: unknown;
  /** The place of a field, in kubectl's notation, or of what is nearest above it. */
  locate(path: string): SourcePosition | undefined;
}

/** What keeps a text from being YAML. */
export interface YamlFault {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly source: SourcePosition;
}

export type YamlText =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** More than anyone writes by hand, and little enough that expanding it is cheap. */
const MOST_ALIASES = 100;
const MOST_FAULTS = 10;

/**
 * Reads YAML 1.2 (and so JSON), as a stream of documents; empty ones are left out. Refuses duplicate keys, because which of them counts would
 * depend on the reader, and aliases that expand without end.
 */
export function readYaml(file: string, text: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    // Pretty errors quote the line they are about, which may hold a secret.
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
    const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
    const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
    if (errors.length > 0)
      return { ok: false, faults: errors.slice(0, MOST_FAULTS).map((error) => faultOf(error, at(error.pos[0]))) };
    return { ok: true, documents: documents.flatMap((document) => read(document, at)) };
  } catch (error) {
    return { ok: false, faults: [thrown(error, at(0))] };
  }
}

function read(document: Document, at: (offset: number) => SourcePosition): readonly YamlDocument[] {
  const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  if (value === null || value === undefined) return [];
  return [{ value, locate: (path) => locate(document, path, at) }];
}

function faultOf(error: YAMLError, source: SourcePosition): YamlFault {
  if (error.code === "DUPLICATE_KEY") {
    return { code: "DuplicateKey", message: "the key stands twice in one mapping", help: "remove one of the two", source };
  }
  const message = error.message.replace(/\.$/u, "");
  return { code: "InvalidYAML", message: `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, source };
}

/** The library throws where aliases grow, or refer to what holds them, and overflows the stack on absurd nesting. */
function thrown(error: unknown, source: SourcePosition): YamlFault {
  const message =
    error instanceof RangeError
      ? "the document is nested too deeply"
      : error instanceof ReferenceError
        ? "the document's aliases cannot be expanded, or there are too many of them"
        : "the document cannot be read";
  return { code: "InvalidYAML", message, help: "write out what the aliases stand for", source };
}

interface Step {
  readonly node: unknown;
  readonly offset: number;
  readonly rest: string;
}

function locate(document: Document, path: string, at: (offset: number) => SourcePosition): SourcePosition | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  let rest = path;
  while (rest !== "") {
    const step = stepInto(isAlias(node) ? node.resolve(document) : node, rest);
    if (step === undefined) break;
    ({ node, rest } = step);
    offset = step.offset;
  }
  return offset === undefined ? undefined : at(offset);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** One step along a path. Keys may hold dots, so the longest key that the rest of the path starts with is taken. */
function stepInto(node: unknown, rest: string): Step | undefined {
  if (isSeq(node)) {
    const index = /^\[(\d+)\]/u.exec(rest);
    const item = index === null ? undefined : node.items[Number(index[1])];
    const offset = startOf(item);
    return index === null || offset === undefined ? undefined : { node: item, offset, rest: rest.slice(index[0].length) };
  }
  if (!isMap(node)) return undefined;
  let best: Step | undefined;
  for (const { key, value } of node.items) {
    const offset = startOf(key);
    if (!isScalar(key) || offset === undefined) continue;
    const length = keyLength(String(key.value), rest);
    if (length > 0 && (best === undefined || rest.length - length < best.rest.length))
      best = { node: value, offset, rest: rest.slice(length) };
  }
  return best;
}

/** How much of the path a key takes up; 0 where the path does not go on with it. */
function keyLength(key: string, rest: string): number {
  if (rest.startsWith(`[${key}]`)) return key.length + 2;
  const dotted = rest.startsWith(`.${key}`) ? key.length + 1 : rest.startsWith(key) ? key.length : 0;
  const next = rest.charAt(dotted);
  return next === "" || next === "." || next === "[" ? dotted : 0;
}
