import { type Document, parseAllDocuments } from "yaml";
import type { SourcePosition } from "../policy/model/diagnostic.ts";
import { nestingFault, structureFaults, syntaxFaults, type TextFault, thrownFault } from "./yaml-faults.ts";
import { offsetOf } from "./yaml-position.ts";

/** One document of a YAML stream. */
export interface YamlDocument {
  readonly value: unknown;
  /** The place of a field, in kubectl's notation, or of what is nearest above it. */
  locate(path: string): SourcePosition | undefined;
}

/** What keeps a text from being YAML. */
interface YamlFault {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly source: SourcePosition;
}

export type YamlText =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** More than anyone writes by hand, and little enough that expanding them is cheap. */
const MOST_ALIASES = 100;
const MOST_FAULTS = 10;

/**
 * Reads YAML 1.2 (and so JSON), as a stream of documents; empty ones are left out. Refuses duplicate keys, because which of them counts would
 * depend on the reader, and aliases that expand without end.
 */
export function readYaml(file: string, text: string): YamlText {
  const at = (offset: number): SourcePosition => {
    const before = text.slice(0, offset);
    const start = before.lastIndexOf("\n") + 1;
    return { file, line: before.split("\n").length, column: before.length - start + 1 };
  };
  const refused = (faults: readonly TextFault[]): YamlText => ({
    ok: false,
    faults: faults.slice(0, MOST_FAULTS).map(({ offset, ...fault }) => ({ ...fault, source: at(offset) })),
  });
  try {
    const nesting = nestingFault(text);
    if (nesting !== undefined) return refused([nesting]);
    // Pretty errors quote the line they are about, which may hold a secret.
    const parsed = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
    const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
    const syntax = documents.flatMap((document) => syntaxFaults(document));
    if (syntax.length > 0) return refused(syntax);
    const structure = documents.flatMap((document) => structureFaults(document));
    if (structure.length > 0) return refused(structure);
    return { ok: true, documents: documents.flatMap((document) => read(document, at)) };
  } catch (error) {
    return refused([thrownFault(error)]);
  }
}

function read(document: Document, at: (offset: number) => SourcePosition): readonly YamlDocument[] {
  const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  if (value === null || value === undefined) return [];
  const locate = (path: string): SourcePosition | undefined => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : at(offset);
  };
  return [{ value, locate }];
}
