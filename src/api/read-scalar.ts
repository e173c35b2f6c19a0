import { nearest } from "../policy/model/nearest.ts";
import type { FaultList } from "./faults.ts";
import type { SchemaNode } from "./schema-node.ts";

/** What a value is, in the words of YAML. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
    case "bigint":
      return "a number";
    case "boolean":
      return "a boolean";
    default:
      return "a mapping";
  }
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(pattern, "u");
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

/** Characters, as the API server counts them: code points, not UTF-16 units. */
function longerThan(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || Array.from(text).length > most);
}

function quoted(text: string): string {
  return text.length > 80 ? `\`${text.slice(0, 80)}…\`` : `\`${text}\``;
}

function readChoice(node: SchemaNode, text: string, path: string, faults: FaultList): boolean {
  const values = node.enum ?? [];
  if (values.includes(text)) return true;
  const explanation = node["x-sallyport"]?.form?.explain?.(text);
  if (explanation !== undefined) {
    faults.add("InvalidValue", path, explanation.message, explanation.help);
    return false;
  }
  const meant = nearest(text, values);
  const all = values.map((value) => (value === "" ? '""' : `\`${value}\``)).join(", ");
  faults.add(
    "InvalidValue",
    path,
    `${quoted(text)} is none of ${all}`,
    meant === undefined ? `choose from ${all}` : `did you mean \`${meant}\`?`,
  );
  return false;
}

/** Whether a text is right; what is wrong with it is added to `faults`. */
export function readText(node: SchemaNode, value: unknown, path: string, faults: FaultList): value is string {
  if (typeof value !== "string") {
    const help = typeof value === "number" || typeof value === "boolean" ? `put it in quotes: \`"${String(value)}"\`` : undefined;
    faults.add("InvalidType", path, `must be a text, and is ${typeName(value)}`, help);
    return false;
  }
  if (node.enum !== undefined) return readChoice(node, value, path, faults);
  if (node.minLength !== undefined && value.length < node.minLength) {
    faults.add("InvalidValue", path, "must not be empty", "leave it out, or give it a value");
    return false;
  }
  if (node.maxLength !== undefined && longerThan(value, node.maxLength)) {
    faults.add("TooLong", path, `must have at most ${node.maxLength} characters, and has ${Array.from(value).length}`);
    return false;
  }
  if (node.pattern === undefined || matches(node.pattern, value)) return true;
  const form = node["x-sallyport"]?.form;
  const explanation = form?.explain?.(value);
  faults.add(
    form?.code ?? "InvalidValue",
    path,
    explanation?.message ?? `${quoted(value)} is not ${form?.expected ?? "in the right form"}`,
    explanation?.help ?? form?.help,
  );
  return false;
}

export function readInteger(node: SchemaNode, value: unknown, path: string, faults: FaultList): value is number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    const digits = typeof value === "string" && /^-?[0-9]+$/u.test(value);
    const kind = typeof value === "number" ? `\`${value}\`` : typeName(value);
    faults.add(
      "InvalidType",
      path,
      `must be a whole number, and is ${kind}`,
      digits ? `write it without quotes: \`${value}\`` : undefined,
    );
    return false;
  }
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = node;
  if (value >= minimum && value <= maximum) return true;
  faults.add("InvalidValue", path, `\`${value}\` is not between ${minimum} and ${maximum}`);
  return false;
}

export function readBoolean(value: unknown, path: string, faults: FaultList): value is boolean {
  if (typeof value === "boolean") return true;
  const word = typeof value === "string" && /^(?:true|false|yes|no|on|off)$/iu.test(value) ? value.toLowerCase() : "";
  const meant = word === "" ? undefined : `write \`${/^(?:true|yes|on)$/u.test(word)}\` without quotes`;
  faults.add("InvalidType", path, `must be a boolean, and is ${typeName(value)}`, meant);
  return false;
}
