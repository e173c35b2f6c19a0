import { isCelList, isCelMap } from "@bufbuild/cel";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatLists, createList, createSourceMap } from "../../../src/policy/cel/collections.ts";
import { compileCel } from "../../../src/policy/cel/compile.ts";
import type { CelResult } from "../../../src/policy/cel/program.ts";
import type { ClaimValue } from "../../../src/policy/model/identity.ts";
import { variablesOf, type World } from "./worlds.ts";

function codesOf(expression: string): readonly string[] {
  const compilation = compileCel(expression);
  return compilation.ok ? [] : compilation.faults.map(({ code }) => code);
}

function evaluate(expression: string, world: World): CelResult {
  const compilation = compileCel(expression);
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.faults));
  return compilation.program.evaluate(variablesOf(world));
}

describe("B83: text that is too much is refused before it costs anything", () => {
  const NESTED: readonly (readonly [string, string, string])[] = [
    ["parentheses", "(", ")"],
    ["lists", "[", "]"],
    ["maps", "{1:", "}"],
    ["negated parentheses", "!(", ")"],
    ["calls", "size(", ")"],
    ["indexes", "a[", "]"],
    ["loops", "a.map(x,", ")"],
    ["unclosed parentheses", "(", ""],
  ];
  test.each(NESTED)("%s", (_, open, close) => {
    for (const times of [33, 100, 400, 5000, 100_000]) {
      expect(codesOf(`${open.repeat(times)}1${close.repeat(times)} == 1`)).toEqual(["CelTooLarge"]);
    }
  });

  test.each([
    ["a long chain of fields", `auth.claims${".a".repeat(1500)} == 1`],
    ["a long sum", `1${"+1".repeat(600)} == 1`],
    ["a long chain of calls", `request.path${".trim()".repeat(150)} == 'a'`],
    ["many branches", `${"auth.claims.a?1:".repeat(40)}1 == 1`],
    ["many conjuncts", `true${"&&true".repeat(900)}`],
    ["a long list", `1 in [${"1,".repeat(1500)}1]`],
    ["a huge literal", `request.path == '${"x".repeat(5000)}'`],
  ])("%s", (_, expression) => {
    expect(codesOf(expression)).toEqual(["CelTooLarge"]);
  });

  test("brackets in a text count for nothing, whatever its quotes", () => {
    for (const text of ["'%'", '"%"', "r'%'", "'''%'''", '"""%"""', "'\\'%'"]) {
      expect(codesOf(`request.path == ${text.replace("%", "(".repeat(50))}`)).toEqual([]);
    }
  });
});

test.each([
  "request.headers.all(a, request.headers.all(b, request.headers.all(c, a == b)))",
  "auth.claims.a.all(a, auth.claims.a.all(b, auth.claims.a.all(c, auth.claims.a.all(d, true))))",
  "request.queryValues.all(k, request.queryValues[k].all(v, request.headers.all(h, h != v)))",
])("B83: a comprehension bomb is refused: %s", (expression) => {
  expect(codesOf(expression)).toContain("CelCost");
});

test("an expression that loops over the values of all headers is within the bound", () => {
  expect(codesOf("request.headers.all(h, request.headerValues[h].all(v, !v.contains('${jndi:')))")).toEqual([]);
});

describe("B83: what the request makes dear ends as unknown", () => {
  const list = (length: number): ClaimValue => Array.from({ length }, (_, index) => BigInt(index));

  test.each([
    ["auth.claims.a.all(x, auth.claims.a.all(y, x + y >= 0))", list(2000)],
    ["auth.claims.a.all(x, x in auth.claims.a)", list(9000)],
    ["auth.claims.a.all(x, auth.claims.a == auth.claims.a)", list(9000)],
    ["auth.claims.a.exists(x, bool(string(x + 2)))", list(9000)],
    ["auth.claims.a.exists(x, request.time.getHours('Mars/' + string(x)) == 1)", list(9000)],
    ["auth.claims.a.exists(x, request.path.matches('x' + string(x)))", list(9000)],
    ["auth.claims.a.exists(x, auth.claims.a.exists(y, x + y < 0)) || false", list(2000)],
  ])("%s", (expression, a) => {
    expect(evaluate(expression, { time: 1000, auth: { claims: { a } } })).toEqual({
      value: 1,
      error: "the cost limit was reached",
    });
  });

  test("each evaluation has the whole budget again", () => {
    const compilation = compileCel("auth.claims.a.all(x, x >= 0)");
    if (!compilation.ok) throw new Error("refused");
    const variables = variablesOf({ auth: { claims: { a: list(1000) } } });
    for (let times = 0; times < 5; times++) expect(compilation.program.evaluate(variables)).toEqual({ value: 2 });
  });

  test("a list that a loop grows takes linear time", () => {
    expect(evaluate("size(auth.claims.a.map(x, x + 1).filter(x, x > 10)) > 100", { auth: { claims: { a: list(400) } } })).toEqual(
      {
        value: 2,
      },
    );
  });

  test("chained replacements cannot make gigabytes", () => {
    const doubled = `request.path${".replace('a', 'aa')".repeat(25)}`;
    const result = evaluate(`${doubled} == ''`, { path: `/${"a".repeat(1000)}` });
    expect(result).toEqual({ value: 1, error: "a string longer than 262144 characters" });
  });
});

describe("B84: hostile patterns", () => {
  test("a pattern that explodes in a backtracking engine is linear", () => {
    expect(evaluate("request.path.matches('^(a+)+$')", { path: `/${"a".repeat(8000)}!` })).toEqual({ value: 0 });
  });

  test("a pattern from the request may be neither long, nor counted, nor wrong", () => {
    const refused = { value: 1, error: "not a regular expression, or too costly a one" };
    for (const pattern of ["a".repeat(300), "(a{30}){30}", "(", "a{2,}"]) {
      expect(evaluate("request.path.matches(request.headers['x-p'])", { headers: [["x-p", pattern]] })).toEqual(refused);
    }
    expect(evaluate("request.path.matches(request.headers['x-p'])", { headers: [["x-p", "^/o"]] })).toEqual({ value: 2 });
  });

  test("the same literal pattern may be counted, in a loop as well", () => {
    expect(evaluate("auth.claims.a.all(x, x.matches('^[a-z]{1,8}$'))", { auth: { claims: { a: ["abc", "de"] } } })).toEqual({
      value: 2,
    });
  });
});

describe("B90: names of Object's prototype are names like any other", () => {
  const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty"];

  test.each(NAMES)("%s", (name) => {
    const empty: World = { auth: {}, headers: [], body: "{}", query: "" };
    expect(evaluate(`has(auth.claims.${name})`, empty)).toEqual({ value: 0 });
    expect(evaluate(`auth.claims.${name} == 'a'`, empty)).toEqual({ value: 1, error: `\`auth.claims.${name}\` is absent` });
    expect(evaluate(`auth.claims.exists(c, c == '${name}')`, empty)).toEqual({ value: 0 });
    expect(evaluate(`request.query.${name} == 'a'`, empty).value).toBe(1);
    const full: World = {
      auth: { claims: JSON.parse(`{"${name}":"a"}`) as ClaimValue },
      query: `${name}=a`,
      headers: [[name.toLowerCase(), "a"]],
    };
    expect(evaluate(`auth.claims.${name} == 'a' && '${name}' in auth.claims`, full)).toEqual({ value: 2 });
    expect(evaluate(`request.query.${name} == 'a'`, full)).toEqual({ value: 2 });
  });

  test("as a header, and as a key of a JSON body", () => {
    expect(evaluate("request.headers.constructor == 'a'", { headers: [["constructor", "a"]] })).toEqual({ value: 2 });
    const body = '{"__proto__":{"admin":true}}';
    expect(evaluate("request.json.admin", { headers: [["content-type", "application/json"]], body })).toEqual({
      value: 1,
      error: "`request.json.admin` is absent",
    });
  });
});

test("an error never repeats a value of the request", () => {
  const secret = "s3cr3t-value";
  const world: World = {
    headers: [["x-a", secret]],
    auth: { claims: { a: secret, list: [secret], map: { [secret]: secret } } },
    time: 1000,
  };
  for (const expression of [
    "bool(request.headers['x-a'])",
    "int(request.headers['x-a']) == 1",
    "timestamp(request.headers['x-a']) < request.time",
    "duration(request.headers['x-a']) < duration('1s')",
    "request.time.getHours(request.headers['x-a']) == 1",
    "request.headers[request.headers['x-a']] == 'a'",
    "auth.claims[request.headers['x-a']] == 'a'",
    "auth.claims.map[auth.claims.a + 'x'] == 'a'",
    "{auth.claims.a: 1, request.headers['x-a']: 2} == auth.claims.map",
    "auth.claims.list[7] == 'a'",
    "request.headers['x-a'].substring(100) == 'a'",
    "request.headers['x-a'].format([1]) == 'a'",
    "'%d'.format([request.headers['x-a']]) == 'a'",
    "request.path.matches('(' + request.headers['x-a'])",
    "auth.claims.a",
    "auth.claims.a + 1 == 2",
    "auth.claims.list.exists(x, bool(x))",
  ]) {
    const result = evaluate(expression, world);
    expect({ expression, value: result.value }).toEqual({ expression, value: 1 });
    expect(result.error).not.toContain(secret);
    expect(result.error).not.toBe("");
  }
});

test("the evaluator knows our collections by their marks", () => {
  expect(isCelMap(createSourceMap({ keys: () => [], has: () => false, get: () => undefined }))).toBe(true);
  expect(isCelList(createList([]))).toBe(true);
});

test("two lists that were grown from one do not see each other's elements", () => {
  const start = concatLists(createList([]), createList(["a"]));
  const left = concatLists(start, createList(["b"]));
  const right = concatLists(start, createList(["c"]));
  expect([[...start], [...left], [...right]]).toEqual([["a"], ["a", "b"], ["a", "c"]]);
});

const PIECES = [
  "request",
  ".",
  "headers",
  "['x']",
  "auth.claims",
  "==",
  "&&",
  "||",
  "!",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  "?",
  ":",
  ",",
  "'a'",
  "r'\\d'",
  "b'x'",
  "3",
  "-3u",
  "1.5",
  "in",
  "has(",
  ".exists(x,",
  ".map(y,",
  "x",
  ".matches(",
  "size(",
  "timestamp(",
  "`q`",
  "null",
  "true",
  "//",
  "\n",
  "\u0000",
  "\ud800",
  "'",
  '"""',
  "@0",
];

test("no text makes compile or evaluate throw", () => {
  const anything = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(" ")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  const variables = variablesOf({ headers: [["x", "a"]], auth: { claims: { a: [1n] } } });
  fc.assert(
    fc.property(anything, (text) => {
      const compilation = compileCel(text);
      const answers = compilation.ok ? [compilation.program.evaluate(variables).value] : compilation.faults;
      expect(answers.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

test("a request that throws when it is read leaves the condition unknown", () => {
  const compilation = compileCel("request.headers['x'] == 'a'");
  if (!compilation.ok) throw new Error("refused");
  const variables = variablesOf({});
  const broken = Object.create(variables, {
    request: {
      get: () => {
        throw new Error("broken");
      },
    },
  }) as typeof variables;
  expect(compilation.program.evaluate(broken)).toEqual({ value: 1, error: "the evaluation failed" });
});
