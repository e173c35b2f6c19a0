import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseSuite } from "../../../src/cli/test/parse-suite.ts";
import type { Suite, SuiteSettings, SuiteTest } from "../../../src/cli/test/suite.ts";
import { suiteJsonSchema } from "../../../src/cli/test/suite-schema.ts";

const SETTINGS: SuiteSettings = {
  trustDomain: "cluster.local",
  trustedHops: 0,
  installationNamespace: "sallyport-system",
  defaultAction: "Deny",
};
const ROOT = path.join(import.meta.dirname, "..", "..", "..");

function suiteOf(text: string): Suite {
  const result = parseSuite("a.test.yaml", text, SETTINGS);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.suite;
}

/** `3:5 [Code] message (help)`, one a fault. */
function faultsOf(text: string): readonly string[] {
  const result = parseSuite("a.test.yaml", text, SETTINGS);
  return result.ok
    ? []
    : result.diagnostics.map(
        ({ source, code, message, help }) => `${source?.line}:${source?.column} [${code}] ${message} (${help})`,
      );
}

/** A suite whose only test is written from its second line on. */
const one = (test: string, rest = ""): string => `policies: p\ntests: [{ name: t, ${test} }]\n${rest}`;
const REQUEST = "request: { destination: { namespace: shop }, request: { path: / } }";
const EXPECT = "expect: { decision: allow }";

describe("a suite", () => {
  test("is read whole", () => {
    const { tests, ...suite } = suiteOf(`
policies: [orders.yaml, ../common]
now: 2026-03-01T12:00:00Z
settings: { trustDomain: corp.example, trustedHops: 2, defaultAction: Allow }
identities:
  frontend: { serviceAccount: shop/frontend }
  alice: { jwt: { provider: shop/demo, claims: { sub: alice, n: 1 }, refused: token_expired, at: { cookie: session } } }
  acme: { apiKey: { secret: shop/acme, scopes: [a, b], at: { header: X-Key, prefix: Key } } }
  robot: { kubernetesToken: { provider: cluster, serviceAccount: shop/robot } }
  opaque: { introspection: { provider: corp, claims: { sub: bob } } }
requests:
  read: { destination: { namespace: shop, labels: { app: orders } }, request: { path: /a, headers: { x-a: 1, x-b: [c, d] } } }
tests:
  - name: everything
    as: [frontend, alice, acme, robot, opaque]
    request: read
    expect:
      decision: deny
      reason: denied_by_rule
      policy: shop/orders
      rule: closed
      status: 403
      setHeaders: { X-User: alice }
      removeHeaders: [Authorization]
      headers: { Content-Type: text/plain }
      body: ""
      audits: []
      shadows: { shop/next: { decision: allow, reason: allowed, rule: open } }
equivalents:
  shop/orders a drop: for a reason
`);
    expect(suite).toEqual({
      file: "a.test.yaml",
      policies: [
        { path: "orders.yaml", source: { file: "a.test.yaml", line: 2, column: 12 } },
        { path: "../common", source: { file: "a.test.yaml", line: 2, column: 25 } },
      ],
      now: Date.UTC(2026, 2, 1, 12),
      settings: {
        trustDomain: "corp.example",
        trustedHops: 2,
        installationNamespace: "sallyport-system",
        defaultAction: "Allow",
      },
      equivalents: new Map([
        ["shop/orders a drop", { why: "for a reason", source: { file: "a.test.yaml", line: 30, column: 3 } }],
      ]),
    });
    const [{ request, ...everything }] = tests as [SuiteTest];
    const at = (line: number, column: number): unknown => ({ file: "a.test.yaml", line, column });
    expect(everything).toEqual({
      name: "everything",
      source: at(14, 5),
      credentials: [
        {
          kind: "jwt",
          identity: "alice",
          source: at(7, 12),
          provider: "shop/demo",
          claims: { sub: "alice", n: 1 },
          refused: "token_expired",
          at: { in: "cookie", name: "session", prefix: "" },
        },
        {
          kind: "apiKey",
          identity: "acme",
          source: at(8, 11),
          secret: "shop/acme",
          scopes: ["a", "b"],
          refused: undefined,
          at: { in: "header", name: "x-key", prefix: "Key" },
        },
        {
          kind: "kubernetesToken",
          identity: "robot",
          source: at(9, 12),
          provider: "cluster",
          claims: {
            sub: "system:serviceaccount:shop:robot",
            "kubernetes.io": { namespace: "shop", serviceaccount: { name: "robot" } },
          },
          refused: undefined,
          at: undefined,
        },
        {
          kind: "introspection",
          identity: "opaque",
          source: at(10, 13),
          provider: "corp",
          claims: { sub: "bob" },
          refused: undefined,
          at: undefined,
        },
      ],
      expect: {
        decision: "deny",
        reason: "denied_by_rule",
        policy: "shop/orders",
        rule: "closed",
        status: 403,
        setHeaders: new Map([["x-user", "alice"]]),
        removeHeaders: ["authorization"],
        headers: new Map([["content-type", "text/plain"]]),
        body: "",
        audits: [],
        shadows: new Map([["shop/next", { decision: "allow", reason: "allowed", rule: "open" }]]),
      },
    });
    expect([request.source.principal, request.path, request.headers.values("x-a"), request.headers.values("x-b")]).toEqual([
      "spiffe://corp.example/ns/shop/sa/frontend",
      "/a",
      ["1"],
      ["c", "d"],
    ]);
  });

  test("has a time of its own where it names none", () => {
    expect(suiteOf(one(`${REQUEST}, ${EXPECT}`)).now).toBe(Date.UTC(2000, 0, 1));
  });

  test("lays `with` over a request: joined, replaced, taken away", () => {
    const requests = `requests:
  base: &base { source: { serviceAccount: a/b, port: 1 }, destination: { namespace: shop }, request: { path: /a, headers: { x-a: 1, x-b: 2 } } }
`;
    const changed = "with: { source: { serviceAccount: null }, request: { method: PUT, headers: { x-a: null, x-b: [3, 4] } } }";
    const [found] = suiteOf(one(`request: base, ${changed}, ${EXPECT}`, requests)).tests;
    const { method, path: target, headers, source } = (found as SuiteTest).request;
    expect([method, target, headers.names(), headers.values("x-b"), source.principal, source.port]).toEqual([
      "PUT",
      "/a",
      ["x-b"],
      ["3", "4"],
      "",
      1,
    ]);
  });

  test("lets an identity take the place of the request's own peer", () => {
    const rest = "identities: { front: { serviceAccount: a/front }, back: { principal: spiffe://x/y } }\n";
    const principal = (as: string, own: string): string | undefined =>
      suiteOf(
        one(`as: ${as}, request: { source: { ${own} }, destination: { namespace: s }, request: { path: / } }, ${EXPECT}`, rest),
      ).tests[0]?.request.source.principal;
    expect(principal("front", "principal: spiffe://u/v")).toBe("spiffe://cluster.local/ns/a/sa/front");
    expect(principal("back", "serviceAccount: a/b")).toBe("spiffe://x/y");
  });

  for (const [name, text, faults] of [
    [
      "no YAML",
      "tests: [",
      [
        "1:9 [InvalidYaml] flow sequence in block collection must be sufficiently indented and end with a ] (the file must hold one YAML or JSON document)",
      ],
    ],
    ["a list", "[]", ["1:1 [InvalidType] the document is not a mapping (write names and values: `name: value`)"]],
    [
      "nothing that it needs",
      "{}",
      [
        "1:1 [MissingField] the document has no `policies` (files or directories of manifests, from the suite's own directory)",
        "1:1 [MissingField] the document has no `tests` (the tests)",
      ],
    ],
    [
      "misspelt fields, which are not missing too",
      "polices: p\ntest: []",
      [
        "1:1 [UnknownField] the document has no field `polices` (did you mean `policies`?)",
        "2:1 [UnknownField] the document has no field `test` (did you mean `tests`?)",
      ],
    ],
    ["no tests", "policies: p\ntests: []", ["2:1 [TooFew] `tests` is an empty list (leave it out, or give it items)"]],
    [
      "values of another type",
      `policies: {}\nnow: []\ntests: {}\nidentities: []`,
      [
        "1:1 [InvalidType] `policies` must not be a mapping (write a text or a list)",
        "2:1 [InvalidType] `now` is not a text (write one value, in quotes where it is empty)",
        "3:1 [InvalidType] `tests` is not a list (start each item with `- `)",
        "4:1 [InvalidType] `identities` is not a mapping (write names and values: `name: value`)",
      ],
    ],
    [
      "values that are none of those there are",
      one(`${REQUEST}, expect: { decision: alow, reason: token_expird, status: 12 }`),
      [
        "2:99 [InvalidValue] `alow` is no value of `tests[0].expect.decision` (did you mean `allow`?)",
        "2:115 [InvalidValue] `token_expird` is no value of `tests[0].expect.reason` (did you mean `token_expired`?)",
        "2:137 [InvalidValue] `12` is not a whole number from 200 to 599 (write `200`)",
      ],
    ],
    [
      "names that stand for nothing",
      one(`as: [alcie, bob], request: rd, ${EXPECT}`, "identities: { alice: { principal: spiffe://a/b } }\nrequests: {}"),
      [
        "2:25 [UnknownName] `identities` has no entry `alcie` (did you mean `alice`?)",
        "2:32 [UnknownName] `identities` has no entry `bob` (there are `alice`)",
        "2:38 [UnknownName] `requests` has no entry `rd` (describe it under `requests`)",
      ],
    ],
    [
      "identities that are nobody, two workloads or no place",
      `policies: p
identities:
  nobody: {}
  both: { serviceAccount: a/b, principal: spiffe://a/b }
  placed: { jwt: { provider: a, at: { header: a, cookie: b } } }
  key: { apiKey: { secret: acme } }
tests: [{ name: t, ${REQUEST}, ${EXPECT} }]`,
      [
        "3:3 [MissingField] `identities.nobody` says nothing of who calls (write `serviceAccount`, `principal` or a credential; a test without `as` is for a caller who is nobody)",
        "4:11 [Contradiction] `identities.both` names both `principal` and `serviceAccount` (keep one of them)",
        "5:33 [InvalidPlace] `identities.placed.jwt.at` is not one place (write `header` (with `prefix`, if there is one), `cookie` or `query`)",
        "6:20 [InvalidValue] `acme` is not `namespace/name` (write it like `shop/orders`)",
      ],
    ],
    [
      "two workloads that call at once",
      one(`as: [a, b], ${REQUEST}, ${EXPECT}`, "identities: { a: { serviceAccount: a/a }, b: { serviceAccount: b/b } }"),
      ["2:28 [Contradiction] `a` and `b` are two workloads, and a call comes from one (keep one of them)"],
    ],
    [
      "a test that expects nothing, and two of one name",
      `policies: p\ntests:\n  - { name: t, ${REQUEST}, expect: {} }\n  - { name: t, ${REQUEST}, ${EXPECT} }`,
      [
        "3:85 [MissingField] `tests[0].expect` expects nothing (write `decision: allow` or `decision: deny`, at least)",
        "4:5 [Duplicate] `t` is the name of the test in line 3 already (give it a name of its own)",
      ],
    ],
    [
      "a time and settings that are none",
      `${one(`${REQUEST}, ${EXPECT}`)}now: yesterday\nsettings: { trustedHops: many }`,
      [
        "4:13 [InvalidValue] `many` is not a whole number from 0 to 16 (write digits only, for instance `0`)",
        "3:1 [InvalidTime] `yesterday` is not a time (write RFC 3339: `2026-01-31T12:00:00Z`)",
      ],
    ],
    [
      "a request that is wrong where it is written and where it is changed",
      one(
        `request: r, with: { source: { address: 1.2.3.400 } }, ${EXPECT}`,
        "requests:\n  r: { destination: { serviceAccount: a }, request: { path: /, host: h } }",
      ),
      [
        "2:50 [InvalidAddress] `1.2.3.400` is not an IP address (write it without a port: `10.0.0.7`, `fd00::7`)",
        "4:23 [MissingField] `destination` describes a workload without its `namespace` (add `namespace: NAME`)",
      ],
    ],
  ] as const) {
    test(`is refused that holds ${name}`, () => {
      expect(faultsOf(text)).toEqual(faults);
    });
  }

  test("whose aliases unfold without end is refused", () => {
    const headers = `{ ${Array.from({ length: 40 }, (_, index) => `h${index}: *list`).join(", ")} }`;
    const text = `identities: {}
requests:
  a: { request: { path: /, headers: { x: &list [${Array.from({ length: 2000 }, () => "v").join(", ")}] } } }
  b: { request: &call { path: /, headers: ${headers} } }
  c: &request { request: *call }
${Array.from({ length: 40 }, (_, index) => `  d${index}: *request`).join("\n")}
policies: p
tests: [{ name: t, request: a, ${EXPECT} }]`;
    expect(faultsOf(text)).toEqual(["1:1 [TooLarge] the document holds more than 500000 values (split it into several suites)"]);
  });
});

describe("the schema of a suite", () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(suiteJsonSchema() as object);

  test("in the repository is what its source says; `npm run generate` writes it", () => {
    expect(JSON.parse(readFileSync(path.join(ROOT, "manifests/suite.schema.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(suiteJsonSchema())),
    );
  });

  test("accepts the suites of the examples", () => {
    for (const name of ["frontend", "orders"]) {
      const text = readFileSync(path.join(ROOT, `manifests/examples/shop/tests/${name}.test.yaml`), "utf8");
      expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
    }
  });

  test("says what the command says of a document's shape", () => {
    for (const text of [
      one(`${REQUEST}, ${EXPECT}`),
      one(`${REQUEST}, with: { source: null }, ${EXPECT}`),
      one(`${REQUEST}, with: { request: { headers: { a: null, b: [c] } } }, ${EXPECT}`),
      one(`${REQUEST}, with: { request: { heders: null } }, ${EXPECT}`),
      one(`${REQUEST}, as: [], ${EXPECT}`),
      one(`${REQUEST}, as: {}, ${EXPECT}`),
      one(`${REQUEST}, ${EXPECT}, more: 1`),
      one(`request: [], ${EXPECT}`),
      one(`request: 5, ${EXPECT}`, "requests: { 5: { destination: { namespace: a }, request: { path: / } } }"),
      one(`${REQUEST}, expect: { status: 200.5 }`),
      one(`${REQUEST}, expect: { audits: [] }`),
      one(`${REQUEST}, expect: { removeHeaders: [] }`),
      one(`${REQUEST}, expect: { shadows: { a: { decision: maybe } } }`),
      one(`${REQUEST}, ${EXPECT}`, "identities: { a: { jwt: {} } }"),
      one(`${REQUEST}, ${EXPECT}`, "identities: { a: { jwt: { provider: p, claims: [] } } }"),
      "{}",
      "policies: []\ntests: []",
    ]) {
      expect([text, faultsOf(text).length === 0]).toEqual([text, validate(parse(text))]);
    }
  });
});
