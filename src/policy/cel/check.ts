import { type Attribute, resolveAttribute } from "./attribute.ts";
import { checkCall, checkOperator } from "./check-call.ts";
import type { Findings } from "./findings.ts";
import { CEL_FUNCTIONS, CEL_TYPE_NAMES } from "./functions.ts";
import { CEL_LIMITS } from "./limits.ts";
import { BOOL, DYN, elementOf, formatType, join, STRING, type StaticKind, type StaticType } from "./static-type.ts";
import { type Call, type Chain, type Comprehension, childrenOf, type Expr, readChain, stringLiteral } from "./syntax.ts";

/** What is known of a node: its type, the most nodes its evaluation visits, and how many elements it may have. */
export interface Checked {
  readonly type: StaticType;
  readonly cost: number;
  readonly size: number;
}

/** Types of loop variables, innermost last. */
type Scope = ReadonlyMap<string, Checked>;

/** Elements that the cost bound reckons with where nothing is declared. */
const UNKNOWN_SIZE = 32;
/** Values of one header or parameter. */
const REPEATED_SIZE = 8;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** The first limit that the tree passes, before any recursion over it. */
export function exceedsLimits(root: Expr): string | undefined {
  let nodes = 0;
  for (let level: readonly Expr[] = [root], depth = 1; level.length > 0; level = level.flatMap(childrenOf), depth++) {
    nodes += level.length;
    if (depth > CEL_LIMITS.depth) return `the expression is more than ${CEL_LIMITS.depth} levels deep`;
    if (nodes > CEL_LIMITS.nodes) return `the expression has more than ${CEL_LIMITS.nodes} nodes`;
  }
  return undefined;
}

/** Checks names, literals, types as far as they are declared, and cost. */
export function checkExpression(root: Expr, findings: Findings): Checked {
  return new Checker(findings).check(root, new Map(), 0);
}

class Checker {
  readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  check(expr: Expr, scope: Scope, nesting: number): Checked {
    const chain = readChain(expr);
    if (chain !== undefined) {
      const known = this.#checkChain(chain, scope);
      if (known !== undefined) return known;
    }
    const kind = expr.exprKind;
    switch (kind.case) {
      case "constExpr":
        return { type: this.#literal(expr, kind.value.constantKind), cost: 1, size: 1 };
      case "selectExpr": {
        const operand = kind.value.operand === undefined ? ANY : this.check(kind.value.operand, scope, nesting);
        return this.#select(expr, operand, kind.value.field, kind.value.testOnly);
      }
      case "callExpr":
        return this.#call(expr, kind.value, scope, nesting);
      case "listExpr": {
        const elements = kind.value.elements.map((element) => this.check(element, scope, nesting));
        const type = elements.map((element) => element.type).reduce(join, elements[0]?.type ?? DYN);
        return { type: { kind: "list", element: type }, cost: 1 + total(elements), size: elements.length };
      }
      case "structExpr":
        return this.#struct(expr, kind.value.messageName, scope, nesting);
      case "comprehensionExpr":
        return this.#comprehension(expr, kind.value, scope, nesting + 1);
      default:
        this.findings.fault(expr.id, { code: "CelSyntax", message: "the expression has an empty part" });
        return ANY;
    }
  }

  /** A chain from a loop variable is checked step by step; one from a root is an attribute; a lone name may be a type. */
  #checkChain(chain: Chain, scope: Scope): Checked | undefined {
    const bound = scope.get(chain.root);
    if (bound !== undefined) return chain.steps.length === 0 ? bound : undefined;
    if (CEL_TYPE_NAMES.has([chain.root, ...chain.steps.map((step) => step.name)].join("."))) {
      return { type: { kind: "type" }, cost: 1, size: 1 };
    }
    const resolution = resolveAttribute(chain);
    if (!resolution.ok) {
      this.findings.fault(chain.start.id, resolution.fault);
      return ANY;
    }
    const { attribute } = resolution;
    this.findings.attribute(attribute, chain.test);
    return { type: chain.test ? BOOL : attribute.type, cost: 1, size: sizeOf(attribute) };
  }

  #select(expr: Expr, operand: Checked, field: string, test: boolean): Checked {
    const { kind } = operand.type;
    if (kind !== "map" && kind !== "dyn") {
      this.findings.fault(expr.id, { code: "CelType", message: `a ${formatType(operand.type)} has no field \`${field}\`` });
    }
    return { type: test ? BOOL : elementOf(operand.type), cost: operand.cost + 1, size: UNKNOWN_SIZE };
  }

  #call(expr: Expr, call: Call, scope: Scope, nesting: number): Checked {
    const qualified = this.#qualifiedName(call, scope);
    if (qualified === undefined && call.function === "@in") {
      const key = this.#presence(call, scope);
      if (key !== undefined) return key;
    }
    const target = call.target === undefined || qualified !== undefined ? undefined : this.check(call.target, scope, nesting);
    const args = call.args.map((arg) => this.check(arg, scope, nesting));
    const types = args.map((arg) => arg.type);
    const name = qualified ?? call.function;
    const type =
      checkOperator(this.findings, expr, call, types) ??
      checkCall(this.findings, expr, { ...call, function: name }, target?.type, types);
    const all = target === undefined ? args : [target, ...args];
    return { type, cost: 1 + total(all), size: resultSize(call.function, all, type) };
  }

  /** `strings.quote(x)`: a dotted name that is a function, unless it starts at a variable. */
  #qualifiedName(call: Call, scope: Scope): string | undefined {
    const chain = call.target === undefined ? undefined : readChain(call.target);
    if (chain === undefined || scope.has(chain.root)) return undefined;
    const name = [chain.root, ...chain.steps.map((step) => step.name), call.function].join(".");
    return CEL_FUNCTIONS.has(name) ? name : undefined;
  }

  /** `'x-role' in request.headers` asks for one header, not for all. */
  #presence(call: Call, scope: Scope): Checked | undefined {
    const [keyNode, mapNode] = call.args;
    const key = stringLiteral(keyNode);
    const chain = mapNode === undefined ? undefined : readChain(mapNode);
    if (key === undefined || chain === undefined || chain.test || scope.has(chain.root)) return undefined;
    const map = resolveAttribute(chain);
    if (!map.ok || map.attribute.type.kind !== "map" || mapNode === undefined) return undefined;
    const entry = resolveAttribute({ ...chain, steps: [...chain.steps, { name: key, node: mapNode }] });
    if (entry.ok) this.findings.attribute(entry.attribute, true);
    else this.findings.fault(keyNode?.id ?? mapNode.id, entry.fault);
    return { type: BOOL, cost: 1, size: 1 };
  }

  #struct(expr: Expr, messageName: string, scope: Scope, nesting: number): Checked {
    if (messageName !== "") {
      this.findings.fault(expr.id, { code: "CelUnknownName", message: `there is no message type \`${messageName}\`` });
    }
    const parts = childrenOf(expr).map((child) => this.check(child, scope, nesting));
    const values = parts.filter((_, index) => index % 2 === 1);
    const type = values.map((value) => value.type).reduce(join, values[0]?.type ?? DYN);
    return { type: { kind: "map", element: type }, cost: 1 + total(parts), size: values.length };
  }

  #comprehension(expr: Expr, loop: Comprehension, scope: Scope, nesting: number): Checked {
    if (nesting > CEL_LIMITS.nesting) {
      this.findings.fault(expr.id, { code: "CelCost", message: `loops stand more than ${CEL_LIMITS.nesting} deep` });
      return ANY;
    }
    const { iterRange, accuInit, loopCondition, loopStep, result } = loop;
    const range = iterRange === undefined ? ANY : this.check(iterRange, scope, nesting);
    if (range.type.kind !== "list" && range.type.kind !== "map" && range.type.kind !== "dyn") {
      const message = `cannot loop over a ${formatType(range.type)}`;
      this.findings.fault(iterRange?.id ?? expr.id, { code: "CelType", message });
    }
    const start = accuInit === undefined ? ANY : this.check(accuInit, scope, nesting);
    const element = range.type.kind === "map" ? STRING : range.type.kind === "list" ? elementOf(range.type) : DYN;
    const accumulator: Checked = { type: start.type.kind === "list" ? { kind: "list" } : start.type, cost: 1, size: range.size };
    const inner = new Map(scope).set(loop.iterVar, { type: element, cost: 1, size: UNKNOWN_SIZE }).set(loop.accuVar, accumulator);
    const body = [loopCondition, loopStep].filter((node) => node !== undefined).map((node) => this.check(node, inner, nesting));
    const end = result === undefined ? accumulator : this.check(result, inner, nesting);
    return {
      type: end.type,
      cost: range.cost + start.cost + end.cost + range.size * (1 + total(body)),
      size: end.type.kind === "list" ? range.size : 1,
    };
  }

  #literal(expr: Expr, constant: Extract<Expr["exprKind"], { case: "constExpr" }>["value"]["constantKind"]): StaticType {
    const outside =
      (constant.case === "int64Value" && (constant.value < MIN_INT || constant.value > MAX_INT)) ||
      (constant.case === "uint64Value" && constant.value > MAX_UINT) ||
      (constant.case === "doubleValue" && !Number.isFinite(constant.value));
    if (outside) this.findings.fault(expr.id, { code: "CelLiteral", message: "the number is too large for its type" });
    return { kind: LITERALS.get(constant.case ?? "") ?? "dyn" };
  }
}

const LITERALS: ReadonlyMap<string, StaticKind> = new Map([
  ["boolValue", "bool"],
  ["int64Value", "int"],
  ["uint64Value", "uint"],
  ["doubleValue", "double"],
  ["stringValue", "string"],
  ["bytesValue", "bytes"],
  ["nullValue", "null"],
]);

const ANY: Checked = { type: DYN, cost: 1, size: UNKNOWN_SIZE };

function total(parts: readonly Checked[]): number {
  return parts.reduce((sum, part) => sum + part.cost, 0);
}

function sizeOf(attribute: Attribute): number {
  if (attribute.keys.length === 0) return attribute.variable.size;
  return attribute.type.kind === "list" ? REPEATED_SIZE : UNKNOWN_SIZE;
}

function resultSize(name: string, parts: readonly Checked[], type: StaticType): number {
  if (name === "_[_]" && type.kind === "list") return REPEATED_SIZE;
  if (name === "_+_") return parts.reduce((sum, part) => sum + part.size, 0);
  if (name === "_?_:_") return Math.max(parts[1]?.size ?? 1, parts[2]?.size ?? 1);
  return UNKNOWN_SIZE;
}
