/** What is known of a value before any request is there. `dyn` is not known, and passes every check. */
export interface StaticType {
  readonly kind: StaticKind;
  /** Of a list's elements or a map's values; absent means `dyn`. */
  readonly element?: StaticType;
}

export type StaticKind =
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "null"
  | "timestamp"
  | "duration"
  | "type"
  | "list"
  | "map"
  | "dyn";

export const DYN: StaticType = { kind: "dyn" };
export const BOOL: StaticType = { kind: "bool" };
export const STRING: StaticType = { kind: "string" };

/** Reads the notation of the tables: `string`, `list<string>`, `map<list<string>>`. */
export function parseType(text: string): StaticType {
  const open = text.indexOf("<");
  if (open === -1) return { kind: text as StaticKind };
  return { kind: text.slice(0, open) as StaticKind, element: parseType(text.slice(open + 1, -1)) };
}

export function formatType(type: StaticType): string {
  return type.element === undefined || type.element.kind === "dyn" ? type.kind : `${type.kind}<${formatType(type.element)}>`;
}

export function elementOf(type: StaticType): StaticType {
  return type.element ?? DYN;
}

const NUMERIC: ReadonlySet<StaticKind> = new Set(["int", "uint", "double"]);
const ORDERED: ReadonlySet<StaticKind> = new Set(["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"]);

/** Whether a value of `actual` can be given where `wanted` is taken. */
export function accepts(wanted: StaticType, actual: StaticType): boolean {
  if (wanted.kind === "dyn" || actual.kind === "dyn") return true;
  return wanted.kind === actual.kind && accepts(elementOf(wanted), elementOf(actual));
}

/** Whether `==` can ever be true. Numbers compare across their types. */
export function equatable(left: StaticType, right: StaticType): boolean {
  return accepts(left, right) || (NUMERIC.has(left.kind) && NUMERIC.has(right.kind));
}

/** Whether `<` is defined. */
export function orderable(left: StaticType, right: StaticType): boolean {
  const known = (type: StaticType): boolean => type.kind === "dyn" || ORDERED.has(type.kind);
  return known(left) && known(right) && equatable(left, right);
}

export function isIndex(type: StaticType): boolean {
  return type.kind === "dyn" || NUMERIC.has(type.kind);
}

/** The type of a value that is one or the other. */
export function join(left: StaticType, right: StaticType): StaticType {
  if (left.kind !== right.kind) return DYN;
  if (left.element === undefined || right.element === undefined) return { kind: left.kind };
  return { kind: left.kind, element: join(left.element, right.element) };
}
