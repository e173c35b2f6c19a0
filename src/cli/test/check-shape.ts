import type { TSchema } from "typebox";
import { isMap, isScalar, isSeq } from "yaml";
import { nearest } from "../../policy/model/nearest.ts";
import type { DocumentReader, Field } from "../document-reader.ts";

/** The words of JSON Schema that the schema of a suite uses. */
interface Shape {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | false;
}

/** More than any suite that people keep, and few enough that aliases of aliases cannot make it run for long. */
const MOST_VALUES = 500_000;

/** Tells every way in which a document differs from its schema; what a text means is left to others. */
export function checkShape(reader: DocumentReader, root: Field, schema: TSchema): void {
  let left = MOST_VALUES;
  const check = (field: Field, shape: Shape): void => {
    if (left-- === 0)
      reader.fault(root, "TooLarge", `the document holds more than ${MOST_VALUES} values`, "split it into several suites");
    if (left < 0) return;
    if (shape.anyOf !== undefined) checkEither(field, shape.anyOf);
    else if (shape.type === "object") checkMapping(field, shape);
    else if (shape.type === "array") checkList(field, shape);
    else if (shape.type === "integer") checkInteger(field, shape);
    else checkText(field, shape);
  };

  /** What stands there says which of several was meant. */
  const checkEither = (field: Field, shapes: readonly Shape[]): void => {
    const kind = isSeq(field.node) ? "array" : isMap(field.node) ? "object" : isEmpty(field) ? "null" : "text";
    const chosen = shapes.find(({ type }) => (kind === "text" ? Array.isArray(type) : type === kind));
    if (chosen?.type === "null") return;
    if (chosen !== undefined) check(field, chosen);
    else
      reader.fault(
        field,
        "InvalidType",
        `\`${field.path}\` must not be ${TYPE_NAMES[kind]}`,
        `write ${shapes.map(({ type }) => typeName(type)).join(" or ")}`,
      );
  };

  const checkMapping = (field: Field, { properties, required = [], additionalProperties }: Shape): void => {
    if (properties === undefined || !isMap(field.node)) {
      for (const [, value] of reader.entries(field)) if (additionalProperties) check(value, additionalProperties);
      return;
    }
    const names = Object.keys(properties);
    const members = reader.members(field, names);
    // A name that was misspelt is not missing too.
    const meant = new Set(reader.entries(field).map(([name]) => (names.includes(name) ? undefined : nearest(name, names))));
    for (const [name, value] of members) {
      const shape = properties[name];
      if (shape !== undefined) check(value, shape);
    }
    for (const name of required) {
      if (members.has(name) || meant.has(name)) continue;
      const place = field.path === "" ? "the document" : `\`${field.path}\``;
      reader.fault(field, "MissingField", `${place} has no \`${name}\``, lowerCase(properties[name]?.description ?? ""));
    }
  };

  const checkList = (field: Field, { items, minItems = 0 }: Shape): void => {
    if (!isSeq(field.node)) {
      reader.fault(field, "InvalidType", `\`${field.path}\` is not a list`, "start each item with `- `");
      return;
    }
    const found = reader.items(field);
    if (found.length < minItems)
      reader.fault(field, "TooFew", `\`${field.path}\` is an empty list`, "leave it out, or give it items");
    for (const item of found) if (items !== undefined) check(item, items);
  };

  const checkInteger = (field: Field, { minimum = 0, maximum = Infinity }: Shape): void => {
    const text = reader.text(field);
    if (text === undefined || (/^\d+$/u.test(text) && Number(text) >= minimum && Number(text) <= maximum)) return;
    reader.fault(
      field,
      "InvalidValue",
      `\`${text}\` is not a whole number from ${minimum} to ${maximum}`,
      `write \`${minimum}\``,
    );
  };

  const checkText = (field: Field, { enum: values }: Shape): void => {
    const text = reader.text(field);
    if (text === undefined || values === undefined || values.includes(text)) return;
    const close = nearest(text, values);
    const all = values.length > 12 ? "" : `choose from ${values.map((value) => `\`${value}\``).join(", ")}`;
    const help = close === undefined ? all : `did you mean \`${close}\`?`;
    reader.fault(
      field,
      "InvalidValue",
      `\`${text}\` is no value of \`${field.path}\``,
      help === "" ? "see docs/reasons.md" : help,
    );
  };

  check(root, schema);
}

const TYPE_NAMES = { array: "a list", object: "a mapping", null: "empty", text: "a text" } as const;

function typeName(type: Shape["type"]): string {
  return type === "array" || type === "object" || type === "null" ? TYPE_NAMES[type] : TYPE_NAMES.text;
}

function isEmpty({ node }: Field): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function lowerCase(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/u, "")}`;
}
