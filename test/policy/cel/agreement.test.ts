import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEnvironment } from "../../../src/policy/cel/environment.ts";
import { createEvaluator, toResult } from "../../../src/policy/cel/evaluator.ts";
import { foldConstants } from "../../../src/policy/cel/fold.ts";
import { lowerCondition } from "../../../src/policy/cel/lower.ts";
import { parseExpression } from "../../../src/policy/cel/parse-expression.ts";
import { resolveRequest, rewriteExpression } from "../../../src/policy/cel/rewrite.ts";
import type { ClaimValue } from "../../../src/policy/model/identity.ts";
import { variablesOf, type World } from "./worlds.ts";

const environment = createEnvironment();

/** The value of an expression by the closures, and by the library alone. */
function bothWays(text: string, world: World): { readonly lowered: number; readonly library: number } {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.fault.message}`);
  const { expr, slots } = rewriteExpression(parsed.expr, resolveRequest);
  const folded = foldConstants(expr, environment);
  const names = { slots, constants: folded.constants, bindings: new Map() };
  const evaluator = createEvaluator(environment, names);
  const variables = variablesOf(world);
  environment.budget.reset();
  const lowered = lowerCondition(folded.expr, names, evaluator)(variables).value;
  environment.budget.reset();
  return { lowered, library: toResult(evaluator.value(folded.expr)(variables)).value };
}

const operand = fc.constantFrom(
  "auth.claims.a",
  "auth.claims.b",
  "auth.claims.none",
  "auth.claims.deep.c",
  "request.headers['x-a']",
  "request.headers['x-two']",
  "request.method",
  "request.query.q",
  "source.port",
  "auth.scopes",
  "request.headerValues['x-two']",
  "'a'",
  "''",
  "3",
  "3.0",
  "3u",
  "true",
  "null",
  "['a', 'b']",
  "['a', 3]",
  "[3.0]",
  "{'a': 1}",
);

const comparison = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom("==", "!=", "in", "<", ">="), operand)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`),
  fc
    .tuple(operand, fc.constantFrom("startsWith", "endsWith", "contains", "matches"), operand)
    .map(([left, method, right]) => `${left}.${method}(${right})`),
  fc.constantFrom(
    "auth.claims.a",
    "has(auth.claims.a)",
    "has(auth.claims.deep.c)",
    "has(auth.claims.none.c)",
    "'x-a' in request.headers",
    "'a' in auth.claims",
    "'a' in auth.claims.deep",
    "auth.claims.b.exists(x, x == 'a')",
    "true",
    "1 / 0 == 1",
  ),
);

const expression = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc
      .tuple(tie("condition"), fc.constantFrom("&&", "||", "=="), tie("condition"))
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    tie("condition").map((inner) => `!(${inner})`),
    fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
})).condition;

const claim: fc.Arbitrary<ClaimValue> = fc.oneof(
  fc.constantFrom<ClaimValue>("a", "", "ab", true, false, null, 3n, 3, 3.5, Number.NaN, ["a", 3n], [], { a: "a" }, { c: "a" }),
  fc.string({ maxLength: 3 }),
);

const world: fc.Arbitrary<World> = fc.record({
  headers: fc.subarray([
    ["x-a", "a"],
    ["x-two", "a"],
    ["x-two", "b"],
    ["x_a", "b"],
  ] as [string, string][]),
  query: fc.constantFrom("", "q=a", "q=a&q=b", "q=%zz"),
  auth: fc.record({
    scopes: fc.subarray(["a", "b"]),
    claims: fc.record({ a: claim, b: claim, deep: claim }, { requiredKeys: [] }) as fc.Arbitrary<ClaimValue>,
  }),
});

test("the closures and the library give the same value to every expression", () => {
  fc.assert(
    fc.property(expression, world, (text, about) => {
      const { lowered, library } = bothWays(text, about);
      expect({ text, value: lowered }).toEqual({ text, value: library });
    }),
    { numRuns: 2000 },
  );
});
