import { nearest } from "../model/nearest.ts";
import type { Findings } from "./findings.ts";
import { CEL_FUNCTIONS, CEL_MACROS, type CelFunctionOverload } from "./functions.ts";
import { compileRegex } from "./regex.ts";
import {
  accepts,
  BOOL,
  DYN,
  elementOf,
  equatable,
  formatType,
  isIndex,
  join,
  orderable,
  parseType,
  STRING,
  type StaticType,
} from "./static-type.ts";
import { type Call, type Expr, stringLiteral } from "./syntax.ts";

/** How an operator is written; the key is the parser's name for it. */
const SYMBOLS: ReadonlyMap<string, string> = new Map(
  ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||"].map((symbol) => [`_${symbol}_`, symbol]),
);

/** Operands and result of arithmetic: `string+string`. */
const ARITHMETIC: ReadonlyMap<string, readonly (readonly [string, string, string])[]> = new Map([
  [
    "_+_",
    [
      ...same("int", "uint", "double", "string", "bytes", "list", "duration"),
      ["timestamp", "duration", "timestamp"],
      ["duration", "timestamp", "timestamp"],
    ],
  ],
  [
    "_-_",
    [
      ...same("int", "uint", "double", "duration"),
      ["timestamp", "timestamp", "duration"],
      ["timestamp", "duration", "timestamp"],
    ],
  ],
  ["_*_", same("int", "uint", "double")],
  ["_/_", same("int", "uint", "double")],
  ["_%_", same("int", "uint")],
]);

function same(...kinds: readonly string[]): (readonly [string, string, string])[] {
  return kinds.map((kind) => [kind, kind, kind]);
}

/** The type of an operator's result; `undefined` for what is no operator. */
export function checkOperator(findings: Findings, expr: Expr, call: Call, args: readonly StaticType[]): StaticType | undefined {
  if (call.target !== undefined) return undefined;
  const [left = DYN, right = DYN] = args;
  const clash = (message: string, help?: string): void =>
    findings.fault(expr.id, { code: "CelType", message, ...(help === undefined ? {} : { help }) });
  const symbol = SYMBOLS.get(call.function) ?? call.function;
  switch (call.function) {
    case "_&&_":
    case "_||_":
      for (const [index, type] of args.entries()) {
        if (!accepts(BOOL, type)) {
          const message = `\`${symbol}\` takes bool on both sides, not ${formatType(type)}`;
          findings.fault(call.args[index]?.id ?? expr.id, { code: "CelType", message });
        }
      }
      return BOOL;
    case "!_":
    case "@not_strictly_false":
      if (!accepts(BOOL, left)) clash(`\`!\` takes bool, not ${formatType(left)}`);
      return BOOL;
    case "-_":
      if (!accepts(left, { kind: "int" }) && !accepts(left, { kind: "double" }))
        clash(`\`-\` takes a number, not ${formatType(left)}`);
      return left;
    case "_==_":
    case "_!=_":
      if (!equatable(left, right))
        clash(`${formatType(left)} and ${formatType(right)} are never equal`, comparisonHelp(left, right));
      return BOOL;
    case "_<_":
    case "_<=_":
    case "_>_":
    case "_>=_":
      if (!orderable(left, right)) clash(`\`${symbol}\` does not compare ${formatType(left)} with ${formatType(right)}`);
      return BOOL;
    case "@in":
      return checkIn(left, right, clash);
    case "_[_]":
      return checkIndex(left, right, clash);
    case "_?_:_":
      if (!accepts(BOOL, left)) clash(`the condition of \`?\` must be bool, not ${formatType(left)}`);
      return join(right, args[2] ?? DYN);
    default:
      return checkArithmetic(call.function, symbol, left, right, clash);
  }
}

type Clash = (message: string, help?: string) => void;

function comparisonHelp(left: StaticType, right: StaticType): string | undefined {
  const kinds = new Set([left.kind, right.kind]);
  if (kinds.has("string") && kinds.has("int")) return "write the number in quotes, or convert with `int(…)`";
  if (kinds.has("null")) return "what is absent is not null here; use `has(…)` or `in`";
  return undefined;
}

function checkIn(left: StaticType, right: StaticType, clash: Clash): StaticType {
  if (right.kind === "list" && !equatable(elementOf(right), left)) {
    clash(`a ${formatType(left)} is never in a ${formatType(right)}`);
  } else if (right.kind === "map" && left.kind === "list") {
    clash(`a ${formatType(left)} is no key of a map`);
  } else if (right.kind !== "list" && right.kind !== "map" && right.kind !== "dyn") {
    const help = right.kind === "string" ? "use `.contains(…)` to search a text" : undefined;
    clash(`\`in\` takes a list or a map on its right, not ${formatType(right)}`, help);
  }
  return BOOL;
}

function checkIndex(container: StaticType, index: StaticType, clash: Clash): StaticType {
  if (container.kind === "dyn") return DYN;
  if (container.kind === "list") {
    if (!isIndex(index)) clash(`a list is indexed by int, not ${formatType(index)}`);
    return elementOf(container);
  }
  if (container.kind === "map") return elementOf(container);
  clash(`a ${formatType(container)} cannot be indexed`);
  return DYN;
}

function checkArithmetic(
  name: string,
  symbol: string,
  left: StaticType,
  right: StaticType,
  clash: Clash,
): StaticType | undefined {
  const overloads = ARITHMETIC.get(name);
  if (overloads === undefined) return undefined;
  const fitting = overloads.filter(
    ([a, b]) => accepts({ kind: left.kind }, parseType(a)) && accepts({ kind: right.kind }, parseType(b)),
  );
  if (fitting.length === 0) clash(`\`${symbol}\` does not take ${formatType(left)} and ${formatType(right)}`);
  const results = new Set(fitting.map(([, , result]) => result));
  const [only = "dyn"] = results;
  if (only === "list") return join(left, right);
  return results.size === 1 ? parseType(only) : DYN;
}

/** The type of a function's result. A name that is not known, or arguments that no overload takes, are faults. */
export function checkCall(
  findings: Findings,
  expr: Expr,
  call: Call,
  target: StaticType | undefined,
  args: readonly StaticType[],
): StaticType {
  const known = CEL_FUNCTIONS.get(call.function);
  if (known === undefined) {
    const macro = CEL_MACROS.get(call.function);
    const near = nearest(call.function, [...CEL_FUNCTIONS.keys(), ...CEL_MACROS.keys()]);
    const help = macro ?? (near === undefined ? undefined : `did you mean \`${near}\`?`);
    const message = macro === undefined ? `\`${call.function}\` is no function` : `\`${call.function}\` is not written like this`;
    findings.fault(expr.id, { code: "CelUnknownFunction", message, ...(help === undefined ? {} : { help }) });
    return DYN;
  }
  const overloads = known.overloads.filter((overload) => fits(overload, target, args));
  if (overloads.length === 0) {
    const given = `(${args.map(formatType).join(", ")})`;
    const on = target === undefined ? "" : ` on ${formatType(target)}`;
    const help = `it is ${known.overloads.map((overload) => formatOverload(call.function, overload)).join(" or ")}`;
    findings.fault(expr.id, { code: "CelType", message: `\`${call.function}\` does not take ${given}${on}`, help });
    return DYN;
  }
  if (call.function === "matches") checkPattern(findings, call);
  const [first] = overloads;
  return first !== undefined && overloads.every(({ result }) => result === first.result) ? parseType(first.result) : DYN;
}

function fits(overload: CelFunctionOverload, target: StaticType | undefined, args: readonly StaticType[]): boolean {
  if ((overload.target === undefined) !== (target === undefined) || overload.args.length !== args.length) return false;
  if (overload.target !== undefined && target !== undefined && !accepts(parseType(overload.target), target)) return false;
  return overload.args.every((wanted, index) => accepts(parseType(wanted), args[index] ?? STRING));
}

function formatOverload(name: string, overload: CelFunctionOverload): string {
  return `\`${overload.target === undefined ? "" : `${overload.target}.`}${name}(${overload.args.join(", ")})\``;
}

function checkPattern(findings: Findings, call: Call): void {
  const node = call.args[call.target === undefined ? 1 : 0];
  const pattern = stringLiteral(node);
  if (pattern === undefined || node === undefined) return;
  const compilation = compileRegex(pattern);
  if (!compilation.ok) {
    const help = "patterns are RE2: no look-around and no back-references";
    findings.fault(node.id, { code: "CelRegex", message: compilation.message, help });
  }
}
