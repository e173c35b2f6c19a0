import type { TSchema } from "typebox";
import { nearest } from "../policy/model/nearest.ts";
import type { Check } from "./check.ts";
import type { FaultList } from "./faults.ts";
import { fieldPath, itemPath } from "./field-path.ts";
import { readBoolean, readInteger, readText, typeName } from "./read-scalar.ts";
import { type SchemaNode, schemaNode } from "./schema-node.ts";

/**
 * Reads a value by its schema: fills in defaults, tells every fault at once, and gives back what is valid, or `undefined` where nothing is.
 * What it gives is made anew and shares nothing with what it got.
 *
 * Stricter than the API server in one thing: an empty value (`paths:` with nothing behind it) is a fault, where the API server silently
 * leaves the field out, and a rule that was meant to narrow would match everything.
 */
export function readValue(schema: TSchema, value: unknown, path: string, faults: FaultList): unknown {
  return read(schemaNode(schema), value, path, faults);
}

function read(node: SchemaNode, value: unknown, path: string, faults: FaultList): unknown {
  switch (node.type) {
    case "string":
      return readText(node, value, path, faults) ? value : undefined;
    case "integer":
      return readInteger(node, value, path, faults) ? value : undefined;
    case "boolean":
      return readBoolean(value, path, faults) ? value : undefined;
    case "array":
      return readList(node, value, path, faults);
    case "object":
      return node.additionalProperties === undefined ? readStruct(node, value, path, faults) : readMap(node, value, path, faults);
    default:
      return node.type satisfies never;
  }
}

/** Own fields only, and none that is `undefined`, as JSON would have it. */
function entriesOf(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
}

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readList(node: SchemaNode, value: unknown, path: string, faults: FaultList): unknown {
  if (!Array.isArray(value)) {
    const scalar = typeof value === "string" || typeof value === "number";
    const help = scalar
      ? `write a list: \`[${String(value)}]\``
      : isMapping(value)
        ? "start each item with `- `"
        : "leave it out, or give it items";
    faults.add("InvalidType", path, `must be a list, and is ${typeName(value)}`, help);
    return undefined;
  }
  const { items, minItems = 0, maxItems = 0 } = node;
  if (items === undefined) throw new TypeError("a list without a schema of its items");
  const before = faults.count;
  if (value.length < minItems) faults.add("TooFew", path, "must not be an empty list", "leave it out, or give it items");
  if (value.length > maxItems) faults.add("TooMany", path, `must have at most ${maxItems} items, and has ${value.length}`);
  const keyField = node["x-kubernetes-list-map-keys"]?.[0];
  const keys = new Map<unknown, number>();
  const kept: unknown[] = [];
  for (const [index, item] of value.slice(0, maxItems).entries()) {
    const here = itemPath(path, index);
    const soFar = faults.count;
    const parsed = read(items, item, here, faults);
    if (keyField !== undefined && isMapping(item)) {
      const key = entriesOf(item).get(keyField);
      const first = keys.get(key);
      if (first !== undefined && typeof key === "string") {
        faults.add(
          "Duplicate",
          fieldPath(here, keyField),
          `\`${key}\` is the ${keyField} of ${itemPath(path, first)} already`,
          `give it a ${keyField} of its own`,
        );
      } else keys.set(key, index);
    }
    if (faults.count === soFar) kept.push(parsed);
  }
  return faults.count === before || node["x-sallyport"]?.salvage === true ? kept : undefined;
}

function readMap(node: SchemaNode, value: unknown, path: string, faults: FaultList): unknown {
  if (!isMapping(value)) {
    faults.add("InvalidType", path, `must be a mapping, and is ${typeName(value)}`);
    return undefined;
  }
  const { additionalProperties: values, minProperties = 0, maxProperties = 0 } = node;
  if (values === undefined) throw new TypeError("a map without a schema of its values");
  const before = faults.count;
  const entries = entriesOf(value);
  if (entries.size < minProperties) faults.add("TooFew", path, "must not be empty", "leave it out, or give it entries");
  if (entries.size > maxProperties)
    faults.add("TooMany", path, `must have at most ${maxProperties} entries, and has ${entries.size}`);
  const keyForm = node["x-sallyport"]?.keys;
  const keyNode: SchemaNode = {
    type: "string",
    maxLength: 317,
    ...(keyForm === undefined ? {} : { pattern: keyForm.pattern, "x-sallyport": { form: keyForm } }),
  };
  const table: Record<string, unknown> = Object.create(null);
  for (const [key, field] of [...entries].slice(0, maxProperties)) {
    const here = fieldPath(path, key);
    const soFar = faults.count;
    readText(keyNode, key, here, faults);
    const parsed = read(values, field, here, faults);
    if (faults.count === soFar) table[key] = parsed;
  }
  return faults.count === before ? table : undefined;
}

function readStruct(node: SchemaNode, value: unknown, path: string, faults: FaultList): unknown {
  if (!isMapping(value)) {
    faults.add("InvalidType", path, `must be a mapping, and is ${typeName(value)}`);
    return undefined;
  }
  const { properties = {}, required = [], "x-sallyport": hints = {} } = node;
  const names = Object.keys(properties);
  const before = faults.count;
  const entries = entriesOf(value);
  const mistaken = hints.open === true ? new Set<string>() : tellUnknown(node, [...entries.keys()], path, faults);
  if (entries.size < (node.minProperties ?? 0)) {
    faults.add(
      "TooFew",
      path,
      "an entry without fields would match everything",
      "set a field, or leave the list out, which matches everything too",
    );
  }
  const faulty = new Set<string>();
  const filled = new Map<string, unknown>();
  const kept: Record<string, unknown> = {};
  for (const name of names) {
    const field = properties[name];
    if (field === undefined) continue;
    const given = entries.get(name);
    const absent = given === undefined || (given === null && hints.open === true);
    if (absent && field.default === undefined) {
      if (required.includes(name) && !mistaken.has(name))
        faults.add("MissingField", fieldPath(path, name), `\`${name}\` is missing`, field.description);
      continue;
    }
    const soFar = faults.count;
    const parsed = read(field, absent ? field.default : given, fieldPath(path, name), faults);
    filled.set(name, absent ? parsed : given);
    if (faults.count > soFar) faulty.add(name);
    // A default stands in for a faulty value only where the rest of the object is kept.
    const standIn = parsed === undefined && field.default !== undefined ? structuredClone(field.default) : parsed;
    if (standIn !== undefined) kept[name] = standIn;
  }
  for (const check of hints.checks ?? []) {
    if (!spoilt(check, mistaken, faulty, filled) && !check.holds(filled)) {
      faults.add(check.code, check.at === undefined ? path : fieldPath(path, check.at), check.message, check.help);
    }
  }
  return faults.count === before || hints.salvage === true ? kept : undefined;
}

/** Tells the fields that do not belong, and gives the names that were probably meant. */
function tellUnknown(node: SchemaNode, given: readonly string[], path: string, faults: FaultList): ReadonlySet<string> {
  const { properties = {}, "x-sallyport": hints = {} } = node;
  const names = Object.keys(properties);
  const notYet = new Map(Object.entries(hints.notYet ?? {}));
  const instead = new Map(Object.entries(hints.instead ?? {}));
  const mistaken = new Set<string>();
  for (const key of given) {
    if (names.includes(key)) continue;
    const here = fieldPath(path, key);
    if (notYet.has(key)) {
      faults.add("NotSupported", here, `\`${key}\` is not supported by this version`, notYet.get(key));
      mistaken.add("*");
      continue;
    }
    const meant = nearest(key, names);
    if (meant !== undefined && !instead.has(key)) mistaken.add(meant);
    const known =
      names.length === 0 ? "no field belongs here" : `the fields here are ${names.map((name) => `\`${name}\``).join(", ")}`;
    faults.add(
      "UnknownField",
      here,
      `unknown field \`${key}\``,
      instead.get(key) ?? (meant === undefined ? known : `did you mean \`${meant}\`?`),
    );
  }
  return mistaken;
}

function spoilt(
  check: Check,
  mistaken: ReadonlySet<string>,
  faulty: ReadonlySet<string>,
  filled: ReadonlyMap<string, unknown>,
): boolean {
  if (mistaken.has("*") || check.fields.some((name) => mistaken.has(name) && !filled.has(name))) return true;
  return check.presence !== true && check.fields.some((name) => faulty.has(name));
}
