import { describe, expect, test } from "vitest";
import { compileCel } from "../../../src/policy/cel/compile.ts";

/** Code, message and help of each fault, which is what a person reads. */
function faultsOf(expression: string): readonly Fault[] {
  const compilation = compileCel(expression);
  if (compilation.ok) return [];
  return compilation.faults.map(({ code, message, help }) => (help === undefined ? [code, message] : [code, message, help]));
}

type Fault = readonly [code: string, message: string, help?: string];

const UNKNOWN_NAMES: readonly (readonly [string, string, string])[] = [
  ["request.methd == 'GET'", "`request.methd` is not known", "did you mean `request.method`?"],
  ["request.header['x'] == 'y'", "`request.header` is not known", "did you mean `request.headers`?"],
  ["requst.headers['x'] == 'y'", "`requst` is not known", "did you mean `request.headers`?"],
  ["headers['x'] == 'y'", "`headers` is not known", "did you mean `request.headers`?"],
  ["principal == 'y'", "`principal` is not known", "did you mean `source.principal`?"],
  ["auth.identity.sub == 'y'", "`auth.identity` is not known", "did you mean `auth.claims`?"],
  ["auth.identity['sub'] == 'y'", "`auth.identity` is not known", "did you mean `auth.claims`?"],
  ["context.request.http.method == 'GET'", "`context` is not known", "did you mean `request.method`?"],
  ["request.auth.claims.sub == 'y'", "`request.auth` is not known", "did you mean `auth.claims`?"],
  ["connection.uri_san_peer_certificate == 'y'", "`connection` is not known", "did you mean `source.principal`?"],
  ["request.useragent == 'y'", "`request.useragent` is not known", "did you mean `request.headers['user-agent']`?"],
  ["object.spec.replicas < 3", "`object` is not known", "did you mean `request.json`?"],
  ["request.userInfo.username == 'y'", "`request.userInfo` is not known", "did you mean `auth`?"],
  ["source.serviceacount == 'y'", "`source.serviceacount` is not known", "did you mean `source.serviceAccount`?"],
  ["wildly_different_thing == 'y'", "`wildly_different_thing` is not known", "the roots are request, source, destination, auth"],
  ["constructor == 'y'", "`constructor` is not known", "the roots are request, source, destination, auth"],
];

describe("names", () => {
  test.each(UNKNOWN_NAMES)("%s", (expression, message, help) => {
    expect(faultsOf(expression)).toEqual([["CelUnknownName", message, help]]);
  });

  test("a root by itself is refused with its fields", () => {
    const [fault] = faultsOf("auth == 'x'");
    expect(fault?.[1]).toBe("`auth` is no value by itself");
    expect(fault?.[2]).toContain("`auth.claims`");
  });

  test("a loop variable hides a root of the same name, and only inside its loop", () => {
    expect(faultsOf("['a'].exists(request, request == 'a')")).toEqual([]);
    expect(faultsOf("['a'].exists(request, request == 'a') && request.method == 'GET'")).toEqual([]);
  });

  test.each([
    ["request.headers['X-Role'] == 'a'", "no header has the name `X-Role`: names are in lower case", "did you mean `x-role`?"],
    ["'X-Role' in request.headers", "no header has the name `X-Role`: names are in lower case", "did you mean `x-role`?"],
    ["request.headers[':path'] == '/'", "`:path` is not among the headers", "did you mean `request.path`?"],
    ["request.headers.host == 'a'", "`host` is not among the headers", "did you mean `request.host`?"],
  ])("a header that can never be there: %s", (expression, message, help) => {
    expect(faultsOf(expression)).toEqual([["CelUnreachable", message, help]]);
  });
});

const FUNCTIONS: readonly (readonly [string, Fault])[] = [
  ["request.path.startWith('/')", ["CelUnknownFunction", "`startWith` is no function", "did you mean `startsWith`?"]],
  [
    "has(request.headers['x'])",
    [
      "CelUnknownFunction",
      "`has` is not written like this",
      "write `has(a.b)`: whether the field is there; for a header, `'x-name' in request.headers`",
    ],
  ],
  ["request.path.startsWith(3)", ["CelType", "`startsWith` does not take (int) on string", "it is `string.startsWith(string)`"]],
  ["source.port.startsWith('3')", ["CelType", "`startsWith` does not take (string) on int", "it is `string.startsWith(string)`"]],
  [
    "request.path.matches('^/(a')",
    ["CelRegex", "error parsing regexp: missing closing ): `^/(a`", "patterns are RE2: no look-around and no back-references"],
  ],
  [
    "request.path.matches('(?=a)')",
    [
      "CelRegex",
      "error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
      "patterns are RE2: no look-around and no back-references",
    ],
  ],
];

test.each(FUNCTIONS)("functions: %s", (expression, fault) => {
  expect(faultsOf(expression)).toEqual([fault]);
});

const TYPES: readonly (readonly [expression: string, message: string, help?: string])[] = [
  ["request.method == 3", "string and int are never equal", "write the number in quotes, or convert with `int(…)`"],
  ["request.method != null", "string and null are never equal", "what is absent is not null here; use `has(…)` or `in`"],
  ["request.path < 3", "`<` does not compare string with int"],
  ["request.path && true", "`&&` takes bool on both sides, not string"],
  ["!request.path", "`!` takes bool, not string"],
  ["request.path + 1 == 'a'", "`+` does not take string and int"],
  ["'a' in request.path", "`in` takes a list or a map on its right, not string", "use `.contains(…)` to search a text"],
  ["request.method in [1, 2]", "a string is never in a list<int>"],
  ["request.path.foo == 'a'", "`request.path` is a string and has no field `foo`"],
  ["request.headers.foo.bar == 'a'", "`request.headers['foo']` is a string and has no field `bar`"],
  ["source.port['a'] == 1", "`source.port` is an int and has no field `a`"],
  ["request.path[0] == 'a'", "a string cannot be indexed"],
  ["(request.path ? 1 : 2) == 1", "the condition of `?` must be bool, not string"],
  ["request.path.exists(c, c == 'a')", "cannot loop over a string"],
  ["request.time > '2026'", "`>` does not compare timestamp with string"],
];

for (const [expression, message, help] of TYPES) {
  test(`types: ${expression}`, () => {
    expect(faultsOf(expression)).toEqual([["CelType", message, ...(help === undefined ? [] : [help])]]);
  });
}

test.each([
  ["request.path", "the expression gives string, and must give bool"],
  ["request.headers.map(h, h)", "the expression gives list, and must give bool"],
  ["size(request.path)", "the expression gives int, and must give bool"],
  ["request.queryValues.q.exists_one(v, v == 'a') ? 'x' : 'y'", "the expression gives string, and must give bool"],
])("results: %s", (expression, message) => {
  expect(faultsOf(expression)).toEqual([["CelResultType", message]]);
});

test.each([
  ["request.path == 'a' &", "CelSyntax"],
  ["", "CelSyntax"],
  ["`request`.path == 'a'", "CelSyntax"],
  ["9223372036854775808 == auth.claims.x", "CelLiteral"],
  ["1e999 == auth.claims.x", "CelLiteral"],
  ["timestamp('yesterday') < request.time", "CelAlwaysFails"],
  ["1 / 0 == 1", "CelAlwaysFails"],
  ["Foo{a: 1} == auth.claims.x", "CelUnknownName"],
])("%s is refused as %s", (expression, code) => {
  expect(faultsOf(expression).map((fault) => fault[0])).toEqual([code]);
});

test("claims and bodies pass every type check", () => {
  for (const expression of [
    "auth.claims.age >= 18",
    "auth.claims.admin",
    "auth.claims.a.b[0]['c'] == 1u",
    "request.json.items.all(i, i.price < 100 && i.name.startsWith('a'))",
    "auth.claims.email.endsWith('@example.com')",
    "int(auth.claims.level) > 3",
  ]) {
    expect(faultsOf(expression)).toEqual([]);
  }
});

test("all faults of an expression are found at once, each with its place", () => {
  const compilation = compileCel("request.methd == 'GET' && request.path == 3");
  expect(compilation).toEqual({
    ok: false,
    faults: [
      {
        code: "CelUnknownName",
        severity: "error",
        message: "`request.methd` is not known",
        help: "did you mean `request.method`?",
        position: 0,
      },
      {
        code: "CelType",
        severity: "error",
        message: "string and int are never equal",
        help: "write the number in quotes, or convert with `int(…)`",
        position: 39,
      },
    ],
  });
});

test("what is never true is accepted with a warning, and what is always true without", () => {
  const codes = (expression: string): readonly string[] | undefined => {
    const compilation = compileCel(expression);
    return compilation.ok ? compilation.warnings.map(({ code }) => code) : undefined;
  };
  expect(codes("false")).toEqual(["CelNeverTrue"]);
  expect(codes("request.path == 'a' && 1 > 2")).toEqual(["CelNeverTrue"]);
  expect(codes("true")).toEqual([]);
});

describe("reads", () => {
  const readsOf = (expression: string) => {
    const compilation = compileCel(expression);
    if (!compilation.ok) throw new Error(JSON.stringify(compilation.faults));
    return compilation.program.reads;
  };
  const nothing = {
    headers: [],
    query: false,
    cookies: false,
    body: false,
    source: false,
    destination: false,
    auth: false,
    unguarded: [],
  };

  test("names each header that is read", () => {
    expect(readsOf("request.headers['x-b'] == 'b' || request.headers.a == 'a'")).toEqual({
      ...nothing,
      headers: ["a", "x-b"],
      unguarded: ["request.headers['a']", "request.headers['x-b']"],
    });
  });

  test("says any when names are computed", () => {
    expect(readsOf("request.headers[request.method] == 'b'")).toEqual({ ...nothing, headers: "any" });
    expect(readsOf("request.headers.exists(h, h == 'b')")).toEqual({ ...nothing, headers: "any" });
  });

  test("what is tested for presence is not unguarded", () => {
    expect(readsOf("'x-role' in request.headers && request.headers['x-role'] == 'a'")).toEqual({
      ...nothing,
      headers: ["x-role"],
    });
    expect(readsOf("has(auth.claims.tenant) && auth.claims.tenant == 'a'")).toEqual({ ...nothing, auth: true });
  });

  test("knows the group of each variable", () => {
    expect(
      readsOf(
        "request.query.a == request.cookies.b && request.json.c == source.principal && destination.port == 1 && auth.method == ''",
      ),
    ).toEqual({
      headers: [],
      query: true,
      cookies: true,
      body: true,
      source: true,
      destination: true,
      auth: true,
      unguarded: [
        "auth.method",
        "destination.port",
        "request.cookies.b",
        "request.json.c",
        "request.query.a",
        "source.principal",
      ],
    });
  });
});
