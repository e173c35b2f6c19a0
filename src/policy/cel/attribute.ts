import { nearest } from "../model/nearest.ts";
import type { CelFault } from "./fault.ts";
import { foreignName } from "./foreign-names.ts";
import { elementOf, parseType, type StaticType } from "./static-type.ts";
import type { Chain } from "./syntax.ts";
import { CEL_ROOTS, CEL_VARIABLES, type CelVariable, type CelVariableName, findVariable } from "./variables.ts";

/** A place in the request that an expression names: a variable, and the literal keys below it. */
export interface Attribute {
  readonly name: CelVariableName;
  readonly variable: CelVariable;
  readonly keys: readonly string[];
  readonly type: StaticType;
  /** As an expression would write it: `request.headers['x-role']`. */
  readonly text: string;
}

export type AttributeResolution =
  | { readonly ok: true; readonly attribute: Attribute }
  | { readonly ok: false; readonly fault: Omit<CelFault, "position"> };

const VARIABLE_NAMES: readonly string[] = Object.keys(CEL_VARIABLES);

/** What a chain of names that starts at no loop variable stands for. */
export function resolveAttribute(chain: Chain): AttributeResolution {
  const [field, ...rest] = chain.steps;
  const written = [chain.root, ...chain.steps.map((step) => step.name)].join(".");
  if (field === undefined || !CEL_ROOTS.has(chain.root)) return unknown(written, chain);
  const found = findVariable(`${chain.root}.${field.name}`);
  if (found === undefined) return unknown(written, chain);
  const keys = rest.map((step) => step.name);
  let type = parseType(found.variable.type);
  let text: string = found.name;
  for (const key of keys) {
    if (type.kind !== "map" && type.kind !== "dyn") return noField(text, type, key);
    type = elementOf(type);
    text += /^[A-Za-z_]\w*$/.test(key) && !found.name.startsWith("request.header") ? `.${key}` : `[${quote(key)}]`;
  }
  const fault = keys[0] === undefined ? undefined : checkKey(found.name, keys[0]);
  if (fault !== undefined) return { ok: false, fault };
  return { ok: true, attribute: { ...found, keys, type, text } };
}

function quote(key: string): string {
  return `'${key.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** `request.headers` for `headers`: what was meant where somebody left out the root. */
function variableEndingIn(name: string): string | undefined {
  return VARIABLE_NAMES.find((variable) => variable.toLowerCase().endsWith(`.${name.toLowerCase()}`));
}

function unknown(written: string, chain: Chain): AttributeResolution {
  const [field] = chain.steps;
  if (field === undefined && CEL_ROOTS.has(chain.root)) {
    const names = VARIABLE_NAMES.filter((name) => name.startsWith(`${chain.root}.`));
    const message = `\`${chain.root}\` is no value by itself`;
    return refuse(message, `name one of its fields: ${names.map((name) => `\`${name}\``).join(", ")}`);
  }
  const short = field === undefined ? chain.root : `${chain.root}.${field.name}`;
  const name = CEL_ROOTS.has(chain.root) ? short : chain.root;
  const hint = foreignName(written);
  const near = variableEndingIn(chain.root) ?? nearest(short, VARIABLE_NAMES) ?? nearest(chain.root, VARIABLE_NAMES);
  const help = hint ?? (near === undefined ? `the roots are ${[...CEL_ROOTS].join(", ")}` : `did you mean \`${near}\`?`);
  return refuse(`\`${name}\` is not known`, help);
}

function noField(text: string, type: StaticType, key: string): AttributeResolution {
  const article = type.kind === "int" ? "an" : "a";
  const fault = {
    code: "CelType",
    severity: "error",
    message: `\`${text}\` is ${article} ${type.kind} and has no field \`${key}\``,
  } as const;
  return { ok: false, fault };
}

function refuse(message: string, help: string): AttributeResolution {
  return { ok: false, fault: { code: "CelUnknownName", severity: "error", message, help } };
}

const PSEUDO: ReadonlyMap<string, string> = new Map([
  [":path", "request.path"],
  [":method", "request.method"],
  [":authority", "request.host"],
  [":scheme", "request.scheme"],
  ["host", "request.host"],
]);

/** Header names reach us in lower case and without pseudo-headers, so other keys could never be there. */
function checkKey(name: CelVariableName, key: string): Omit<CelFault, "position"> | undefined {
  if (name !== "request.headers" && name !== "request.headerValues") return undefined;
  const code = "CelUnreachable";
  const instead = PSEUDO.get(key.toLowerCase());
  if (instead !== undefined) {
    return { code, severity: "error", message: `\`${key}\` is not among the headers`, help: `did you mean \`${instead}\`?` };
  }
  if (key !== key.toLowerCase()) {
    const help = `did you mean \`${key.toLowerCase()}\`?`;
    return { code, severity: "error", message: `no header has the name \`${key}\`: names are in lower case`, help };
  }
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(key)) {
    return { code, severity: "error", message: `\`${key}\` is no header name` };
  }
  return undefined;
}
