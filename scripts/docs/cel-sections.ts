import { CEL_FUNCTIONS, CEL_MACROS, type CelFunctionOverload } from "../../src/policy/cel/functions.ts";
import { CEL_LIMITS } from "../../src/policy/cel/limits.ts";
import { CEL_VARIABLES } from "../../src/policy/cel/variables.ts";
import { code, sentence, table } from "./table.ts";

const LIMITS: Readonly<Record<keyof typeof CEL_LIMITS, string>> = {
  length: "characters of an expression",
  tokens: "tokens",
  brackets: "open brackets, unary operators or branches, one inside another",
  depth: "levels of the syntax tree",
  nodes: "nodes of the syntax tree once macros are expanded",
  nesting: "loops (`all`, `exists`, `map`, …) one inside another",
  cost: "nodes that an evaluation may visit by the declared sizes; more is refused when the policy is read",
  steps: "nodes that an evaluation does visit, by the request's own sizes; more is an error",
  string: "characters of a text that is built or searched",
  dynamicRegex: "characters of a regular expression that is not a literal",
};

/** The generated parts of docs/cel.md, by the name of their marker. */
export function celSections(): ReadonlyMap<string, string> {
  const variables = Object.entries(CEL_VARIABLES).map(([name, { type, absent, description }]) => [
    code(name),
    code(type),
    sentence(description),
    absent === "" ? "" : sentence(absent),
  ]);
  const functions = [...CEL_FUNCTIONS].map(([name, { description, overloads }]) => [
    code(name),
    overloads.map((overload) => code(signature(name, overload))).join(", "),
    sentence(description),
  ]);
  const macros = [...CEL_MACROS].map(([name, help]) => [code(name), sentence(help)]);
  const limits = Object.entries(LIMITS).map(([name, meaning]) => [
    sentence(meaning),
    CEL_LIMITS[name as keyof typeof CEL_LIMITS].toLocaleString("en-US"),
  ]);
  return new Map([
    ["variables", table(["variable", "type", "meaning", "absent when"], variables)],
    ["functions", table(["function", "signatures", "gives"], functions)],
    ["macros", table(["macro", "use"], macros)],
    ["limits", table(["what", "at most"], limits)],
  ]);
}

function signature(name: string, { target, args, result }: CelFunctionOverload): string {
  return `${target === undefined ? "" : `${target}.`}${name}(${args.join(", ")}) → ${result}`;
}
