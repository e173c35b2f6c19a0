import { type CelError, type CelValue, isCelError, plan } from "@bufbuild/cel";
import { type CelEnvironment, TICK } from "./environment.ts";
import { childrenOf, type Expr, identifier } from "./syntax.ts";

export interface Folded {
  readonly expr: Expr;
  /** By the name that stands for the value in the tree, `@c0`. */
  readonly constants: ReadonlyMap<string, CelValue>;
  /** Parts that fail whatever the request. */
  readonly failures: readonly { readonly id: bigint; readonly error: CelError }[];
}

/**
 * Computes what depends on no request, so that `timestamp('2026-01-01T00:00:00Z')` or a list of names is made once. Literals stay: the
 * evaluator keeps them anyway. What names anything, loops included, is left alone.
 */
export function foldConstants(root: Expr, { env, budget }: CelEnvironment): Folded {
  const constants = new Map<string, CelValue>();
  const failures: { id: bigint; error: CelError }[] = [];
  const fold = (expr: Expr): Expr => {
    const kind = expr.exprKind;
    if ((kind.case === "callExpr" || kind.case === "listExpr" || kind.case === "structExpr") && isConstant(expr)) {
      if (kind.case !== "callExpr" && childrenOf(expr).length === 0) return expr;
      budget.reset();
      const value = plan(env, expr)();
      if (isCelError(value)) {
        failures.push({ id: expr.id, error: value });
        return expr;
      }
      const name = `@c${constants.size}`;
      constants.set(name, value);
      return identifier(expr.id, name);
    }
    return mapChildren(expr, fold);
  };
  return { expr: fold(root), constants, failures };
}

function isConstant(expr: Expr): boolean {
  const kind = expr.exprKind;
  if (kind.case === "identExpr" || kind.case === "comprehensionExpr") return false;
  // A meter has constant arguments, and must run each time.
  if (kind.case === "callExpr" && kind.value.function === TICK) return false;
  return childrenOf(expr).every(isConstant);
}

function mapChildren(expr: Expr, map: (child: Expr) => Expr): Expr {
  const kind = expr.exprKind;
  switch (kind.case) {
    case "selectExpr":
      return kind.value.operand === undefined
        ? expr
        : { ...expr, exprKind: { case: kind.case, value: { ...kind.value, operand: map(kind.value.operand) } } };
    case "callExpr": {
      // A target may be the first part of a function's name, and is then no value.
      const target = kind.value.target === undefined ? {} : { target: map(kind.value.target) };
      return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, args: kind.value.args.map(map), ...target } } };
    }
    case "listExpr":
      return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, elements: kind.value.elements.map(map) } } };
    case "comprehensionExpr": {
      const { iterRange, loopCondition, loopStep } = kind.value;
      const loop = {
        ...kind.value,
        iterRange: iterRange && map(iterRange),
        loopCondition: loopCondition && map(loopCondition),
        loopStep: loopStep && map(loopStep),
      };
      return { ...expr, exprKind: { case: kind.case, value: loop } };
    }
    default:
      return expr;
  }
}
