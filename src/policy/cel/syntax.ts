import type { parse } from "@bufbuild/cel";

/** A node of the syntax tree: `cel.expr.Expr`. Macros are already expanded when the parser hands it over. */
export type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;
export type Call = Extract<Expr["exprKind"], { case: "callExpr" }>["value"];
export type Comprehension = Extract<Expr["exprKind"], { case: "comprehensionExpr" }>["value"];

/** One step of a chain: `.name`, or `['name']`. */
interface ChainStep {
  readonly name: string;
  readonly node: Expr;
}

/** `root.a['b'].c`: names and literal string keys only. */
export interface Chain {
  /** The parser drops a leading dot, so a loop variable hides a root of its name from `.name` too. */
  readonly root: string;
  /** The node of the root's name: where the chain starts. */
  readonly start: Expr;
  readonly steps: readonly ChainStep[];
  /** The chain stands in `has(…)`, which asks for its last step. */
  readonly test: boolean;
}

export function readChain(expr: Expr): Chain | undefined {
  const steps: ChainStep[] = [];
  let test = false;
  for (let node: Expr | undefined = expr; node !== undefined; ) {
    const kind: Expr["exprKind"] = node.exprKind;
    if (kind.case === "identExpr") {
      return { root: kind.value.name, start: node, steps: steps.reverse(), test };
    }
    if (kind.case === "selectExpr") {
      if (kind.value.testOnly && node !== expr) return undefined;
      test ||= kind.value.testOnly;
      steps.push({ name: kind.value.field, node });
      node = kind.value.operand;
      continue;
    }
    const key: string | undefined =
      kind.case === "callExpr" && kind.value.function === "_[_]" ? literalKey(kind.value) : undefined;
    if (key === undefined || kind.case !== "callExpr") return undefined;
    steps.push({ name: key, node });
    node = kind.value.args[0];
  }
  return undefined;
}

function literalKey(call: Call): string | undefined {
  return stringLiteral(call.args[1]);
}

export function stringLiteral(expr: Expr | undefined): string | undefined {
  if (expr?.exprKind.case !== "constExpr") return undefined;
  const { constantKind } = expr.exprKind.value;
  return constantKind.case === "stringValue" ? constantKind.value : undefined;
}

/** The nodes directly below, in the order in which they are written. */
export function childrenOf(expr: Expr): readonly Expr[] {
  const kind = expr.exprKind;
  switch (kind.case) {
    case "selectExpr":
      return defined([kind.value.operand]);
    case "callExpr":
      return defined([kind.value.target, ...kind.value.args]);
    case "listExpr":
      return kind.value.elements;
    case "structExpr":
      return defined(
        kind.value.entries.flatMap((entry) => [entry.keyKind.case === "mapKey" ? entry.keyKind.value : undefined, entry.value]),
      );
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
      return defined([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

function defined(nodes: readonly (Expr | undefined)[]): Expr[] {
  return nodes.filter((node) => node !== undefined);
}

export function identifier(id: bigint, name: string): Expr {
  return { $typeName: "cel.expr.Expr", id, exprKind: { case: "identExpr", value: { $typeName: "cel.expr.Expr.Ident", name } } };
}

export function integer(id: bigint, value: number): Expr {
  return {
    $typeName: "cel.expr.Expr",
    id,
    exprKind: {
      case: "constExpr",
      value: { $typeName: "cel.expr.Constant", constantKind: { case: "int64Value", value: BigInt(value) } },
    },
  };
}

export function call(id: bigint, name: string, args: Expr[]): Expr {
  return {
    $typeName: "cel.expr.Expr",
    id,
    exprKind: { case: "callExpr", value: { $typeName: "cel.expr.Expr.Call", function: name, args } },
  };
}
