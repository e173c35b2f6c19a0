import { type Attribute, resolveAttribute } from "./attribute.ts";
import { MATCHES_LITERAL, TICK, WEIGH } from "./environment.ts";
import { bindSlot, type Slot } from "./slot.ts";
import {
  type Call,
  type Comprehension,
  call,
  childrenOf,
  type Expr,
  identifier,
  integer,
  readChain,
  stringLiteral,
} from "./syntax.ts";

/** What a name of the rewritten tree stands for. */
export interface SlotUse {
  readonly slot: Slot;
  /** `value`: what the attribute holds. `presence`: whether it is there. */
  readonly ask: "value" | "presence";
}

export interface Rewritten {
  readonly expr: Expr;
  /** By the name that stands for it in the tree, `@0`. */
  readonly slots: ReadonlyMap<string, SlotUse>;
}

/** How names that start at no loop variable become attributes; `undefined` leaves them as they are. */
export type Resolve = (expr: Expr) => { readonly attribute: Attribute; readonly presence: boolean } | undefined;

/** Attributes of a request, in an expression that was checked. */
export const resolveRequest: Resolve = (expr) => {
  const chain = readChain(expr);
  if (chain === undefined) return undefined;
  const resolution = resolveAttribute(chain);
  return resolution.ok ? { attribute: resolution.attribute, presence: chain.test } : undefined;
};

/**
 * Makes the tree that is evaluated. Each attribute becomes one name, so that `request.headers['x-role']` costs one look-up where the
 * evaluator would try `request.headers.x-role`, `request.headers` and `request` in turn, and reads no other header. Loops count their
 * steps. Literal patterns go to the functions that keep them compiled.
 */
export function rewriteExpression(root: Expr, resolve: Resolve, bind: (attribute: Attribute) => Slot = bindSlot): Rewritten {
  const rewriter = new Rewriter(resolve, bind);
  return { expr: rewriter.rewrite(root, new Set(), false), slots: rewriter.slots };
}

class Rewriter {
  readonly slots = new Map<string, SlotUse>();
  readonly #names = new Map<string, string>();
  readonly #resolve: Resolve;
  readonly #bind: (attribute: Attribute) => Slot;

  constructor(resolve: Resolve, bind: (attribute: Attribute) => Slot) {
    this.#resolve = resolve;
    this.#bind = bind;
  }

  rewrite(expr: Expr, bound: ReadonlySet<string>, looping: boolean): Expr {
    const found = this.#attribute(expr, bound);
    if (found !== undefined) return this.#slot(expr, found.attribute, found.presence);
    const kind = expr.exprKind;
    const next = (node: Expr): Expr => this.rewrite(node, bound, looping);
    const optional = (node: Expr | undefined): { readonly operand?: Expr } => (node === undefined ? {} : { operand: next(node) });
    switch (kind.case) {
      case "selectExpr":
        return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, ...optional(kind.value.operand) } } };
      case "callExpr":
        return this.#presence(expr, kind.value, bound) ?? this.#call(expr, kind.value, next, looping);
      case "listExpr":
        return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, elements: kind.value.elements.map(next) } } };
      case "structExpr": {
        const entries = kind.value.entries.map((entry) => ({
          ...entry,
          ...(entry.keyKind.case === "mapKey" ? { keyKind: { ...entry.keyKind, value: next(entry.keyKind.value) } } : {}),
          ...(entry.value === undefined ? {} : { value: next(entry.value) }),
        }));
        return { ...expr, exprKind: { case: kind.case, value: { ...kind.value, entries } } };
      }
      case "comprehensionExpr":
        return this.#comprehension(expr, kind.value, bound, looping);
      default:
        return expr;
    }
  }

  #attribute(expr: Expr, bound: ReadonlySet<string>): ReturnType<Resolve> {
    const chain = readChain(expr);
    return chain === undefined || bound.has(chain.root) ? undefined : this.#resolve(expr);
  }

  #slot(expr: Expr, attribute: Attribute, presence: boolean): Expr {
    const key = `${presence ? "?" : ""}${JSON.stringify([attribute.name, ...attribute.keys])}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      name = `@${this.#names.size}`;
      this.#names.set(key, name);
      this.slots.set(name, { slot: this.#bind(attribute), ask: presence ? "presence" : "value" });
    }
    const value = identifier(expr.id, name);
    return attribute.name === "request.time" && !presence ? call(expr.id, "timestamp", [value]) : value;
  }

  /** `'x-role' in request.headers` asks for one header; only below a variable that surely is a map, for a list holds values. */
  #presence(expr: Expr, { function: name, args }: Call, bound: ReadonlySet<string>): Expr | undefined {
    const [keyNode, mapNode] = args;
    const key = name === "@in" ? stringLiteral(keyNode) : undefined;
    if (key === undefined || mapNode === undefined) return undefined;
    const map = this.#attribute(mapNode, bound);
    if (map === undefined || map.presence || map.attribute.type.kind !== "map") return undefined;
    const { attribute } = map;
    return this.#slot(expr, { ...attribute, keys: [...attribute.keys, key], text: `${attribute.text}['${key}']` }, true);
  }

  #call(expr: Expr, value: Call, next: (node: Expr) => Expr, looping: boolean): Expr {
    const args = value.args.map(next);
    const target = value.target === undefined ? undefined : next(value.target);
    if (value.function === "matches" && stringLiteral(args.at(-1)) !== undefined) {
      return call(expr.id, MATCHES_LITERAL, target === undefined ? args : [target, ...args]);
    }
    // Inside a loop, what takes time in proportion to its operands is charged for them.
    const weighed = looping && WEIGHED.has(value.function) ? args.map((arg) => call(arg.id, WEIGH, [arg])) : args;
    const made = { ...value, args: weighed, ...(target === undefined ? {} : { target }) };
    return { ...expr, exprKind: { case: "callExpr", value: made } };
  }

  #comprehension(expr: Expr, loop: Comprehension, bound: ReadonlySet<string>, looping: boolean): Expr {
    const inner = new Set(bound).add(loop.iterVar).add(loop.accuVar);
    const outside = (node: Expr | undefined): Expr | undefined => node && this.rewrite(node, bound, looping);
    const inside = (node: Expr | undefined): Expr | undefined => node && this.rewrite(node, inner, true);
    const tick = call(expr.id, TICK, [integer(expr.id, 1 + countNodes(loop.loopStep))]);
    const condition = inside(loop.loopCondition);
    const made = {
      ...loop,
      iterRange: outside(loop.iterRange),
      accuInit: outside(loop.accuInit),
      loopCondition: condition === undefined ? undefined : call(expr.id, "_&&_", [tick, condition]),
      loopStep: inside(loop.loopStep),
      result: inside(loop.result),
    };
    return { ...expr, exprKind: { case: "comprehensionExpr", value: made } };
  }
}

const WEIGHED: ReadonlySet<string> = new Set(["@in", "_==_", "_!=_"]);

function countNodes(expr: Expr | undefined): number {
  return expr === undefined ? 0 : childrenOf(expr).reduce((sum, child) => sum + countNodes(child), 1);
}
