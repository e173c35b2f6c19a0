import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Diagnostic, SourcePosition } from "../policy/model/diagnostic.ts";
import { nearest } from "../policy/model/nearest.ts";

/** A value of a document with the way to it. */
export interface Field {
  readonly path: string;
  readonly node: Node | null;
  /** Where a fault about it is shown. */
  readonly offset: number;
}

export interface DocumentReader {
  readonly diagnostics: readonly Diagnostic[];
  /** The document's root; `undefined`, and told, where the text is no YAML. */
  root(): Field | undefined;
  fault(field: Field, code: string, message: string, help: string): void;
  /** The named members of a mapping; any other name is a fault. */
  members<Name extends string>(field: Field, names: readonly Name[]): ReadonlyMap<Name, Field>;
  /** All members of a mapping whose names are free. */
  entries(field: Field): readonly (readonly [name: string, value: Field])[];
  /** The items of a sequence; any other value is a sequence of itself. */
  items(field: Field): readonly Field[];
  /** A scalar as text, numbers and booleans as they are written. */
  text(field: Field | undefined): string | undefined;
  /** A value as JSON has it. */
  value(field: Field): unknown;
  /** Where a field starts. */
  positionOf(field: Field): SourcePosition;
  /** What an alias stands for; any other node itself. */
  resolve(node: Node | null): Node | null;
}

/** Reads one YAML or JSON document by hand: every fault is kept with its place, and reading goes on. */
export function readDocument(file: string, source: string): DocumentReader {
  const diagnostics: Diagnostic[] = [];
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const positionOf = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const report = (offset: number, code: string, path: string, message: string, help: string): void => {
    diagnostics.push({ code, severity: "error", path, message, help, source: positionOf(offset) });
  };
  const fault = (field: Field, code: string, message: string, help: string): void =>
    report(field.offset, code, field.path, message, help);
  const resolved = (node: Node | null): Node | null => (isAlias(node) ? (node.resolve(document) ?? null) : node);

  function entries(field: Field): readonly (readonly [string, Field])[] {
    if (!isMap(field.node)) {
      fault(field, "InvalidType", `${nameOf(field)} is not a mapping`, "write names and values: `name: value`");
      return [];
    }
    return field.node.items.map((pair) => {
      const key = pair.key as Node | null;
      const name = isScalar(key) ? String(key.value) : "";
      const value = resolved(pair.value as Node | null);
      const keyOffset = key?.range?.[0] ?? field.offset;
      return [name, { path: field.path === "" ? name : `${field.path}.${name}`, node: value, offset: keyOffset }];
    });
  }

  return {
    diagnostics,
    root() {
      for (const error of document.errors) {
        const message = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
        report(error.pos[0], "InvalidYaml", "", message, "the file must hold one YAML or JSON document");
      }
      return document.errors.length > 0
        ? undefined
        : { path: "", node: document.contents, offset: document.contents?.range?.[0] ?? 0 };
    },
    fault,
    members<Name extends string>(field: Field, names: readonly Name[]) {
      const members = new Map<Name, Field>();
      for (const [name, value] of entries(field)) {
        const known = names.find((candidate) => candidate === name);
        if (known !== undefined) {
          members.set(known, value);
          continue;
        }
        const close = nearest(name, names);
        const list = names.map((candidate) => `\`${candidate}\``).join(", ");
        fault(
          value,
          "UnknownField",
          `${nameOf(field)} has no field \`${name}\``,
          close === undefined ? `it has ${list}` : `did you mean \`${close}\`?`,
        );
      }
      return members;
    },
    entries,
    items(field) {
      if (!isSeq(field.node)) return [field];
      return field.node.items.map((item, index) => {
        const node = resolved(item as Node | null);
        return { path: `${field.path}[${index}]`, node, offset: node?.range?.[0] ?? field.offset };
      });
    },
    text(field) {
      if (field === undefined) return undefined;
      const { node } = field;
      if (isScalar(node) && typeof node.value === "string") return node.value;
      if (isScalar(node) && node.value !== null && node.source !== undefined) return node.source;
      fault(field, "InvalidType", `\`${field.path}\` is not a text`, "write one value, in quotes where it is empty");
      return undefined;
    },
    value: ({ node }) => node?.toJS(document, { maxAliasCount: 100 }) ?? null,
    positionOf: ({ offset }) => positionOf(offset),
    resolve: resolved,
  };
}

function nameOf(field: Field): string {
  return field.path === "" ? "the document" : `\`${field.path}\``;
}
