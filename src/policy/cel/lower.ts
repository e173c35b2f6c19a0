import { isCelList } from "@bufbuild/cel";
import type { ClaimValue } from "../model/identity.ts";
import type { CelVariables } from "./cel-request.ts";
import { isArray } from "./collections.ts";
import { MATCHES_LITERAL, testRegex } from "./environment.ts";
import { type Condition, type Evaluator, IS_FALSE, IS_TRUE, type Names } from "./evaluator.ts";
import type { CelResult } from "./program.ts";
import { compileRegex } from "./regex.ts";
import type { Call, Expr } from "./syntax.ts";

const ALWAYS_TRUE: Condition = () => IS_TRUE;
export const ALWAYS_FALSE: Condition = () => IS_FALSE;

/**
 * Turns the boolean skeleton of an expression, and the comparisons that nearly every policy is made of, into closures; the rest goes to
 * the library as it is. An absent header then costs no exception object, and a comparison of two strings some 20 ns instead of a
 * microsecond. `&&`, `||` and `!` of CEL are Kleene's, with an error in the place of unknown, so three-valued results carry them exactly.
 * The tests hold every closure here against the library on random values.
 */
export function lowerCondition(expr: Expr, names: Names, evaluator: Evaluator): Condition {
  return new Lowering(names, evaluator).condition(expr);
}

type Literal = string | bigint | number | boolean | null;

/** Something that can be compared without the library. */
interface Operand {
  readonly read: (variables: CelVariables) => ClaimValue | undefined;
  readonly missing: (variables: CelVariables) => CelResult;
  readonly literal?: Literal;
}

class Lowering {
  readonly #names: Names;
  readonly #evaluator: Evaluator;

  constructor(names: Names, evaluator: Evaluator) {
    this.#names = names;
    this.#evaluator = evaluator;
  }

  condition(expr: Expr): Condition {
    const kind = expr.exprKind;
    if (kind.case === "constExpr" && kind.value.constantKind.case === "boolValue") {
      return kind.value.constantKind.value ? ALWAYS_TRUE : ALWAYS_FALSE;
    }
    if (kind.case === "identExpr") return this.#name(kind.value.name) ?? this.#evaluator.condition(expr);
    if (kind.case === "callExpr") return this.#call(kind.value, expr) ?? this.#evaluator.condition(expr);
    return this.#evaluator.condition(expr);
  }

  #name(name: string): Condition | undefined {
    const constant = this.#names.constants.get(name);
    if (typeof constant === "boolean") return constant ? ALWAYS_TRUE : ALWAYS_FALSE;
    const use = this.#names.slots.get(name);
    if (use === undefined) return undefined;
    const { slot } = use;
    if (use.ask === "presence") {
      return (variables) => {
        const present = slot.present(variables);
        return present === undefined ? slot.orphan : toBoolean(present);
      };
    }
    return undefined;
  }

  #call(call: Call, expr: Expr): Condition | undefined {
    const [left, right, third] = call.args;
    if (left === undefined) return undefined;
    switch (call.function) {
      case "!_":
        return negate(this.condition(left));
      case "_&&_":
        return call.args.map((arg) => this.condition(arg)).reduceRight((rest, first) => both(first, rest));
      case "_||_":
        return call.args.map((arg) => this.condition(arg)).reduceRight((rest, first) => either(first, rest));
      case "_?_:_":
        return right && third && choose(this.condition(left), this.condition(right), this.condition(third));
      case "_==_":
        return right && this.#equals(left, right, this.#evaluator.condition(expr));
      case "_!=_": {
        const equals = right && this.#equals(left, right, negate(this.#evaluator.condition(expr)));
        return equals && negate(equals);
      }
      case "@in":
        return right && this.#in(left, right, this.#evaluator.condition(expr));
      case MATCHES_LITERAL:
        return right && this.#matches(left, right, this.#evaluator.condition(expr));
      case "startsWith":
      case "endsWith":
      case "contains":
        return call.target && this.#text(call.function, call.target, left, this.#evaluator.condition(expr));
      default:
        return undefined;
    }
  }

  #operand(expr: Expr): Operand | undefined {
    const kind = expr.exprKind;
    if (kind.case === "constExpr") {
      const { constantKind } = kind.value;
      switch (constantKind.case) {
        case "stringValue":
        case "int64Value":
        case "doubleValue":
        case "boolValue":
          return literal(constantKind.value);
        case "nullValue":
          return literal(null);
        default:
          return undefined;
      }
    }
    if (kind.case !== "identExpr") return undefined;
    const constant = this.#names.constants.get(kind.value.name);
    if (constant !== undefined && (typeof constant !== "object" || constant === null)) return literal(constant);
    const use = this.#names.slots.get(kind.value.name);
    return use?.ask === "value" && use.slot.simple ? use.slot : undefined;
  }

  #equals(leftExpr: Expr, rightExpr: Expr, slow: Condition): Condition | undefined {
    const left = this.#operand(leftExpr);
    const right = this.#operand(rightExpr);
    if (left === undefined || right === undefined) return undefined;
    if (typeof right.literal === "string") return equalsText(left, right.literal);
    if (typeof left.literal === "string") return equalsText(right, left.literal);
    return (variables) => {
      const a = left.read(variables);
      if (a === undefined) return left.missing(variables);
      const b = right.read(variables);
      if (b === undefined) return right.missing(variables);
      if (typeof a === "string" || typeof b === "string") return toBoolean(a === b);
      return isScalar(a) && isScalar(b) ? toBoolean(equalScalars(a, b)) : slow(variables);
    };
  }

  #in(needleExpr: Expr, haystackExpr: Expr, slow: Condition): Condition | undefined {
    const needle = this.#operand(needleExpr);
    if (needle === undefined) return undefined;
    const texts = this.#constantTexts(haystackExpr);
    if (texts !== undefined) {
      return (variables) => {
        const value = needle.read(variables);
        if (value === undefined) return needle.missing(variables);
        return toBoolean(typeof value === "string" && texts.has(value));
      };
    }
    const haystack = this.#operand(haystackExpr);
    if (haystack === undefined) return undefined;
    return (variables) => {
      const value = needle.read(variables);
      if (value === undefined) return needle.missing(variables);
      const list = haystack.read(variables);
      if (list === undefined) return haystack.missing(variables);
      return typeof value === "string" && isArray(list) ? toBoolean(list.includes(value)) : slow(variables);
    };
  }

  /** The elements of a list of literal texts; a value of another type equals none of them. */
  #constantTexts(expr: Expr): ReadonlySet<string> | undefined {
    if (expr.exprKind.case !== "identExpr") return undefined;
    const constant = this.#names.constants.get(expr.exprKind.value.name);
    if (!isCelList(constant)) return undefined;
    const texts = [...constant].filter((element) => typeof element === "string");
    return texts.length === constant.size ? new Set(texts) : undefined;
  }

  #matches(textExpr: Expr, patternExpr: Expr, slow: Condition): Condition | undefined {
    const text = this.#operand(textExpr);
    const pattern = this.#operand(patternExpr)?.literal;
    const compilation = typeof pattern === "string" ? compileRegex(pattern) : undefined;
    if (text === undefined || compilation === undefined || !compilation.ok) return undefined;
    const { regex } = compilation;
    return (variables) => {
      const value = text.read(variables);
      if (value === undefined) return text.missing(variables);
      return typeof value === "string" ? toBoolean(testRegex(regex, value)) : slow(variables);
    };
  }

  #text(method: "startsWith" | "endsWith" | "contains", targetExpr: Expr, argExpr: Expr, slow: Condition): Condition | undefined {
    const target = this.#operand(targetExpr);
    const arg = this.#operand(argExpr);
    if (target === undefined || arg === undefined) return undefined;
    return (variables) => {
      const text = target.read(variables);
      if (text === undefined) return target.missing(variables);
      const part = arg.read(variables);
      if (part === undefined) return arg.missing(variables);
      if (typeof text !== "string" || typeof part !== "string") return slow(variables);
      if (method === "startsWith") return toBoolean(text.startsWith(part));
      return toBoolean(method === "endsWith" ? text.endsWith(part) : text.includes(part));
    };
  }
}

function toBoolean(value: boolean): CelResult {
  return value ? IS_TRUE : IS_FALSE;
}

function literal(value: Literal): Operand {
  return { literal: value, read: () => value, missing: () => IS_FALSE };
}

/** A value of another type is never equal to a text, whatever it is. */
function equalsText(operand: Operand, text: string): Condition {
  return (variables) => {
    const value = operand.read(variables);
    if (value === undefined) return operand.missing(variables);
    return value === text ? IS_TRUE : IS_FALSE;
  };
}

function isScalar(value: ClaimValue): value is Literal {
  return typeof value !== "object" || value === null;
}

/** cel-spec, "Equality": numbers are equal across their types if their values are; NaN equals nothing. */
function equalScalars(left: Literal, right: Literal): boolean {
  if (typeof left === "bigint" && typeof right === "number") return equalNumbers(left, right);
  if (typeof left === "number" && typeof right === "bigint") return equalNumbers(right, left);
  return left === right;
}

/** Exactly: `Number()` would round the integer. */
function equalNumbers(integer: bigint, double: number): boolean {
  return Number.isInteger(double) && BigInt(double) === integer;
}

function negate(inner: Condition): Condition {
  if (inner === ALWAYS_TRUE) return ALWAYS_FALSE;
  if (inner === ALWAYS_FALSE) return ALWAYS_TRUE;
  return (variables) => {
    const result = inner(variables);
    if (result === IS_TRUE) return IS_FALSE;
    return result === IS_FALSE ? IS_TRUE : result;
  };
}

function both(first: Condition, second: Condition): Condition {
  if (first === ALWAYS_FALSE || second === ALWAYS_FALSE) return ALWAYS_FALSE;
  if (first === ALWAYS_TRUE) return second;
  return (variables) => {
    const left = first(variables);
    if (left === IS_FALSE) return IS_FALSE;
    const right = second(variables);
    return right === IS_FALSE || left === IS_TRUE ? right : left;
  };
}

function either(first: Condition, second: Condition): Condition {
  if (first === ALWAYS_TRUE || second === ALWAYS_TRUE) return ALWAYS_TRUE;
  if (first === ALWAYS_FALSE) return second;
  return (variables) => {
    const left = first(variables);
    if (left === IS_TRUE) return IS_TRUE;
    const right = second(variables);
    return right === IS_TRUE || left === IS_FALSE ? right : left;
  };
}

function choose(condition: Condition, whenTrue: Condition, whenFalse: Condition): Condition {
  if (condition === ALWAYS_TRUE) return whenTrue;
  if (condition === ALWAYS_FALSE) return whenFalse;
  return (variables) => {
    const result = condition(variables);
    if (result === IS_TRUE) return whenTrue(variables);
    return result === IS_FALSE ? whenFalse(variables) : result;
  };
}
