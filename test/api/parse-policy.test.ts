import { describe, expect, it } from "vitest";
import { fault, parseSpec } from "./manifests.ts";

const METHODS =
  "exactly one of `jwt`, `apiKey`, `introspection`, `kubernetesToken`, `clientCertificate` or `anonymous` must be set";

describe("a valid policy", () => {
  it("is given whole, with its defaults", () => {
    const { policy, diagnostics } = parseSpec(`
      targetRefs: [{ kind: Service, name: orders }]
      peer: { mtls: Required, trustDomains: [cluster.local] }
      authentication:
        - name: users
          jwt: { providerRef: { name: corp }, audiences: [orders] }
          claimsToHeaders: [{ claim: sub, header: x-user }]
        - name: partners
          apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x-api-key }, { query: key }] }
          forward: true
        - name: nobody
          anonymous: {}
      rules:
        - name: read
          effect: Allow
          from: [{ serviceAccounts: [shop/frontend] }, { authentication: [users], scopes: [orders.read] }]
          to: [{ methods: [GET], paths: ["/api/v1/orders/{id}"], caseInsensitive: true }]
          when: [{ expression: "auth.method != 'users'" }]
      response: { unauthorized: { status: 404, body: "", headers: [{ name: x-why, value: "no" }] } }
    `);
    expect(diagnostics).toEqual([]);
    expect(policy).toEqual({
      kind: "APIPolicy",
      namespace: "shop",
      name: "orders",
      labels: new Map(),
      annotations: new Map(),
      faults: [],
      targetUnknown: false,
      spec: {
        targetRefs: [{ group: "", kind: "Service", name: "orders" }],
        mode: "Enforce",
        peer: { mtls: "Required", trustDomains: ["cluster.local"] },
        authentication: [
          {
            name: "users",
            jwt: {
              providerRef: { kind: "IdentityProvider", name: "corp" },
              audiences: ["orders"],
              from: [{ header: "authorization", prefix: "Bearer" }],
              clockSkewSeconds: 30,
            },
            claimsToHeaders: [{ claim: "sub", header: "x-user" }],
            forward: false,
          },
          {
            name: "partners",
            apiKey: { selector: { matchLabels: { app: "orders" } }, from: [{ header: "x-api-key" }, { query: "key" }] },
            forward: true,
          },
          { name: "nobody", anonymous: {}, forward: false },
        ],
        rules: [
          {
            name: "read",
            effect: "Allow",
            from: [{ serviceAccounts: ["shop/frontend"] }, { authentication: ["users"], scopes: ["orders.read"] }],
            to: [{ methods: ["GET"], paths: ["/api/v1/orders/{id}"], caseInsensitive: true }],
            when: [{ expression: "auth.method != 'users'" }],
          },
        ],
        response: { unauthorized: { status: 404, body: "", headers: [{ name: "x-why", value: "no" }] } },
      },
    });
  });

  it("may say nothing, which denies all", () => {
    const { policy } = parseSpec("{}");
    expect({ spec: policy.spec, targetUnknown: policy.targetUnknown, faults: policy.faults }).toEqual({
      spec: { mode: "Enforce" },
      targetUnknown: false,
      faults: [],
    });
  });

  it("shares nothing with the manifest or with the next policy", () => {
    const spec = "authentication: [{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] } }]";
    const from = (): unknown => parseSpec(spec).policy.spec.authentication?.[0]?.jwt?.from;
    expect(from()).not.toBe(from());
  });

  it("keeps a label named __proto__ as a label", () => {
    const { policy, diagnostics } = parseSpec("selector: { matchLabels: { constructor: a, app: b } }");
    const labels = policy.spec.selector?.matchLabels ?? {};
    expect(diagnostics).toEqual([]);
    expect([Object.getPrototypeOf(labels), Object.entries(labels)]).toEqual([
      null,
      [
        ["constructor", "a"],
        ["app", "b"],
      ],
    ]);
  });
});

/** Each spec with everything that is said of it. */
const REFUSED: readonly (readonly [name: string, spec: string, ...faults: ReturnType<typeof fault>[]])[] = [
  [
    "a misspelt field",
    "rules: [{ name: a, effect: Allow, to: [{ method: [GET] }] }]",
    fault("UnknownField", "spec.rules[0].to[0].method", "unknown field `method`", "did you mean `methods`?"),
  ],
  [
    "a field that no field resembles",
    "peer: { certificates: [] }",
    fault("UnknownField", "spec.peer.certificates", "unknown field `certificates`", "the fields here are `mtls`, `trustDomains`"),
  ],
  [
    "a field where none belongs",
    "authentication: [{ name: a, anonymous: { allow: true } }]",
    fault("UnknownField", "spec.authentication[0].anonymous.allow", "unknown field `allow`", "no field belongs here"),
  ],
  [
    "Istio's spelling",
    "{ action: ALLOW, rules: [{ name: a, effect: Allow, from: [{ source: {} }], to: [{ operation: {} }] }] }",
    fault("UnknownField", "spec.action", "unknown field `action`", "each rule has an `effect`"),
    fault("UnknownField", "spec.rules[0].from[0].source", "unknown field `source`", "write its fields in the entry itself"),
    fault("UnknownField", "spec.rules[0].to[0].operation", "unknown field `operation`", "write its fields in the entry itself"),
  ],
  [
    "a rule without its name and effect",
    "rules: [{}]",
    fault("MissingField", "spec.rules[0].name", "`name` is missing", "The rule's name, which decisions are reported under."),
    fault(
      "MissingField",
      "spec.rules[0].effect",
      "`effect` is missing",
      "What a match means: `Allow` admits unless a Deny matches, `Deny` refuses, `Audit` only records.",
    ),
  ],
  [
    "wrong types",
    "{ rules: { name: a }, peer: Required, hosts: api.example.com, mode: true }",
    fault("InvalidType", "spec.hosts", "must be a list, and is a text", "write a list: `[api.example.com]`"),
    fault("InvalidType", "spec.mode", "must be a text, and is a boolean", 'put it in quotes: `"true"`'),
    fault("InvalidType", "spec.peer", "must be a mapping, and is a text"),
    fault("InvalidType", "spec.rules", "must be a list, and is a mapping", "start each item with `- `"),
  ],
  [
    "empty values",
    "{ rules: , authentication: [{ name: '', anonymous: }] }",
    fault("InvalidValue", "spec.authentication[0].name", "must not be empty", "leave it out, or give it a value"),
    fault("InvalidType", "spec.authentication[0].anonymous", "must be a mapping, and is empty"),
    fault("InvalidType", "spec.rules", "must be a list, and is empty", "leave it out, or give it items"),
  ],
  [
    "numbers in quotes, out of range and with fractions",
    `rules: [{ name: a, effect: Deny, to: [{ ports: ["80", 0, 80.5, 70000] }] }]`,
    fault(
      "InvalidType",
      "spec.rules[0].to[0].ports[0]",
      "must be a whole number, and is a text",
      "write it without quotes: `80`",
    ),
    fault("InvalidValue", "spec.rules[0].to[0].ports[1]", "`0` is not between 1 and 65535"),
    fault("InvalidType", "spec.rules[0].to[0].ports[2]", "must be a whole number, and is `80.5`"),
    fault("InvalidValue", "spec.rules[0].to[0].ports[3]", "`70000` is not between 1 and 65535"),
  ],
  [
    "a boolean in quotes",
    `authentication: [{ name: a, anonymous: {}, forward: "yes" }]`,
    fault("InvalidType", "spec.authentication[0].forward", "must be a boolean, and is a text", "write `true` without quotes"),
  ],
  [
    "words that are none of a fixed list",
    "{ mode: enforce, rules: [{ name: a, effect: Permit }] }",
    fault("InvalidValue", "spec.mode", "`enforce` is none of `Enforce`, `Shadow`", "did you mean `Enforce`?"),
    fault(
      "InvalidValue",
      "spec.rules[0].effect",
      "`Permit` is none of `Allow`, `Deny`, `Audit`",
      "choose from `Allow`, `Deny`, `Audit`",
    ),
  ],
  [
    "two targets",
    "{ hosts: [a.example], selector: { matchLabels: { app: a } } }",
    fault(
      "ConflictingTargets",
      "spec",
      "at most one of `targetRefs`, `selector` or `hosts` can be set",
      "make a policy for each; without any, a policy is for every workload of its namespace",
    ),
  ],
  [
    "a group that does not fit its kind",
    "targetRefs: [{ kind: HTTPRoute, name: a }, { group: apps, kind: Service, name: b }]",
    fault(
      "InvalidValue",
      "spec.targetRefs[0].group",
      '`group` must be "" for a Service and `gateway.networking.k8s.io` for an HTTPRoute or a Gateway',
    ),
    fault(
      "InvalidValue",
      "spec.targetRefs[1].group",
      '`apps` is none of "", `gateway.networking.k8s.io`',
      'choose from "", `gateway.networking.k8s.io`',
    ),
  ],
  [
    "a selector by expressions, and one that selects nothing",
    "{ selector: { matchExpressions: [] } }",
    fault(
      "NotSupported",
      "spec.selector.matchExpressions",
      "`matchExpressions` is not supported by this version",
      "select by `matchLabels`",
    ),
    fault(
      "MissingField",
      "spec.selector.matchLabels",
      "`matchLabels` is missing",
      "Labels and their values; all of them must be equal.",
    ),
  ],
  [
    "methods that are none, two, and of other names",
    `authentication:
      - { name: a }
      - { name: b, jwt: { providerRef: { name: corp }, audiences: [x] }, anonymous: {} }
      - { name: c, oauth2Introspection: {} }
      - { name: d, x509: {} }
      - { name: e, kubernetesTokenReview: {} }
      - { name: f, apikey: {} }`,
    fault("InvalidUnion", "spec.authentication[0]", METHODS),
    fault("InvalidUnion", "spec.authentication[1]", METHODS),
    fault(
      "UnknownField",
      "spec.authentication[2].oauth2Introspection",
      "unknown field `oauth2Introspection`",
      "write `introspection`",
    ),
    fault("InvalidUnion", "spec.authentication[2]", METHODS),
    fault("UnknownField", "spec.authentication[3].x509", "unknown field `x509`", "write `clientCertificate`"),
    fault("InvalidUnion", "spec.authentication[3]", METHODS),
    fault(
      "UnknownField",
      "spec.authentication[4].kubernetesTokenReview",
      "unknown field `kubernetesTokenReview`",
      "write `kubernetesToken`, with `review: TokenReview`",
    ),
    fault("InvalidUnion", "spec.authentication[4]", METHODS),
    fault("UnknownField", "spec.authentication[5].apikey", "unknown field `apikey`", "did you mean `apiKey`?"),
  ],
  [
    "credential locations that are none or two, and a prefix without a header",
    "authentication: [{ name: a, apiKey: { selector: { matchLabels: { a: b } }, from: [{}, { header: a, cookie: b }, { query: k, prefix: Key }] } }]",
    fault("InvalidUnion", "spec.authentication[0].apiKey.from[0]", "exactly one of `header`, `cookie` or `query` must be set"),
    fault("InvalidUnion", "spec.authentication[0].apiKey.from[1]", "exactly one of `header`, `cookie` or `query` must be set"),
    fault(
      "MissingField",
      "spec.authentication[0].apiKey.from[2].prefix",
      "`prefix` needs `header` beside it",
      "a cookie or a query parameter holds the credential alone",
    ),
  ],
  [
    "headers that a policy must not write",
    "authentication: [{ name: a, anonymous: {}, claimsToHeaders: [{ claim: a, header: host }, { claim: a, header: x-envoy-peer }, { claim: a, header: x-forwarded-for }] }]",
    ...[0, 1, 2].map((index) =>
      fault(
        "InvalidHeader",
        `spec.authentication[0].claimsToHeaders[${index}].header`,
        "this header frames or routes the message, and a policy cannot write it",
        "choose a name of your own, `x-user` for instance; `x-envoy-…` and `x-forwarded-…` are reserved too",
      ),
    ),
  ],
  [
    "two of one name",
    "{ rules: [{ name: a, effect: Allow }, { name: a, effect: Deny }], authentication: [{ name: x, anonymous: {} }, { name: x, anonymous: {} }] }",
    fault(
      "Duplicate",
      "spec.authentication[1].name",
      "`x` is the name of spec.authentication[0] already",
      "give it a name of its own",
    ),
    fault("Duplicate", "spec.rules[1].name", "`a` is the name of spec.rules[0] already", "give it a name of its own"),
  ],
  [
    "entries that would match everything",
    "rules: [{ name: a, effect: Allow, from: [{}], to: [{ caseInsensitive: true }], when: [] }]",
    fault(
      "TooFew",
      "spec.rules[0].from[0]",
      "an entry without fields would match everything",
      "set a field, or leave the list out, which matches everything too",
    ),
    fault(
      "MissingField",
      "spec.rules[0].to[0].caseInsensitive",
      "`caseInsensitive` needs `paths` or `notPaths` beside it",
      "it says how paths are compared",
    ),
    fault("TooFew", "spec.rules[0].when", "must not be an empty list", "leave it out, or give it items"),
  ],
  [
    "what is too much",
    `{ authentication: [${Array.from({ length: 17 }, (_, index) => `{ name: a${index}, anonymous: {} }`).join(", ")}], response: { unauthorized: { body: "${"x".repeat(4097)}" } } }`,
    fault("TooMany", "spec.authentication", "must have at most 16 items, and has 17"),
    fault("TooLong", "spec.response.unauthorized.body", "must have at most 4096 characters, and has 4097"),
  ],
  [
    "control characters, which it does not repeat raw",
    `rules: [{ name: a, effect: Deny, to: [{ methods: ["\\e[31mget\\u202e"] }] }]`,
    fault(
      "InvalidMethod",
      "spec.rules[0].to[0].methods[0]",
      "`\\u{1b}[31mget\\u{202e}` is not an HTTP method",
      "write `GET`, `POST`, …: upper-case letters only, since requests with any other are refused",
    ),
  ],
];

describe("a faulty policy", () => {
  it.each(REFUSED.map(([name, spec, ...faults]) => ({ name, spec, faults })))(
    "with $name is told every fault",
    ({ spec, faults }) => {
      const { policy, diagnostics } = parseSpec(spec);
      expect(diagnostics).toEqual(faults);
      expect(policy.faults).toEqual(faults);
    },
  );

  it("is told no more than a bounded number of faults", () => {
    const { diagnostics } = parseSpec(`{ rules: [${"{ name: A, effect: x, from: [{}] },".repeat(256)}] }`);
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toEqual(fault("TooManyFaults", "", "more than 200 faults, of which only the first are told"));
  });
});
