import * as fc from "fast-check";
import { rule, wrongRule } from "./generate-rules.ts";
import type { From, Method, PolicyBody, Refusal, Rule } from "./manifest-types.ts";
import { often } from "./often.ts";
import { NAMES } from "./palette.ts";

const froms: fc.Arbitrary<From[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.constant<From>({ header: "authorization", prefix: "Bearer" }), weight: 6 },
    fc.constant<From>({ header: "authorization", prefix: "ApiKey" }),
    fc.constant<From>({ header: "authorization" }),
    { arbitrary: fc.constant<From>({ header: "x-api-key" }), weight: 4 },
    fc.constant<From>({ header: "x-api-key", prefix: "k:" }),
    fc.constant<From>({ header: "x_key" }),
    { arbitrary: fc.constant<From>({ cookie: "session" }), weight: 2 },
    { arbitrary: fc.constant<From>({ query: "token" }), weight: 2 },
    fc.constant<From>({ header: "cookie", prefix: "session=" }),
  ),
  { minLength: 1, maxLength: 3 },
);

const jwt = (inCluster: boolean): fc.Arbitrary<NonNullable<Method["jwt"]>> =>
  fc
    .record({
      providerRef: inCluster
        ? often(["corp"], ["missing"], 6).map((name) => ({ kind: "ClusterIdentityProvider", name }))
        : fc.oneof(
            often(["corp"], ["other", "missing", "broken"], 4).map((name) => ({ name })),
            fc.constant({ kind: "ClusterIdentityProvider", name: "corp" }),
          ),
      audiences: fc.constantFrom(["orders"], ["orders"], ["billing"], ["orders", "billing"]),
      from: fc.option(froms, { freq: 2, nil: undefined }),
      rest: fc.constantFrom(
        {},
        {},
        {},
        {},
        { clockSkewSeconds: 0 },
        { maxLifetimeSeconds: 600 },
        { requiredClaims: [{ claim: "tenant" }] },
        { requiredClaims: [{ claim: "tenant", values: ["blue", "red"] }, { claim: "level" }] },
      ),
    })
    .map(({ from, rest, ...needed }) => ({ ...needed, ...rest, ...(from === undefined ? {} : { from }) }));

const claimsToHeaders = fc.uniqueArray(
  fc.record({
    claim: fc.constantFrom("sub", ...NAMES.claims),
    header: fc.constantFrom("x-user", "x-tenant", "x-groups", "x-api-key", "authorization", "x-http-method", "cookie"),
  }),
  { minLength: 1, maxLength: 3, selector: ({ header }) => header },
);

function method(name: string, inCluster: boolean): fc.Arbitrary<Method> {
  const selector = fc.constantFrom<Record<string, string>>(
    { app: "orders" },
    { app: "orders", tier: "gold" },
    { app: "payments" },
  );
  const kinds: Record<string, fc.Arbitrary<object>> = {
    users: jwt(inCluster).map((made) => ({ jwt: made })),
    more: jwt(inCluster).map((made) => ({ jwt: made })),
    partners: fc.tuple(selector, froms).map(([matchLabels, from]) => ({ apiKey: { selector: { matchLabels }, from } })),
    anyone: fc.constant({ anonymous: {} }),
  };
  const forward = fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, fc.boolean());
  return fc
    .tuple(kinds[name] ?? fc.constant({}), forward, fc.option(claimsToHeaders, { freq: 2 }))
    .map(([kind, forwards, claims]) => ({
      name,
      ...kind,
      ...(forwards === undefined ? {} : { forward: forwards }),
      ...(claims === null ? {} : { claimsToHeaders: claims }),
    }));
}

const METHOD_SETS: readonly (readonly string[])[] = [
  [],
  [],
  ["users"],
  ["users"],
  ["users", "anyone"],
  ["users", "partners"],
  ["users", "partners"],
  ["partners", "anyone"],
  ["partners"],
  ["anyone"],
  ["users", "more"],
  ["anyone", "partners", "users"],
];

const peer = fc.constantFrom(
  undefined,
  undefined,
  { mtls: "Optional" },
  { mtls: "Optional" },
  { mtls: "Optional" },
  { mtls: "Required" },
  { trustDomains: ["cluster.local"] },
  { mtls: "Optional", trustDomains: ["cluster.local", "partner.example"] },
);

const refusal: fc.Arbitrary<Refusal> = fc.constantFrom<Refusal>(
  { status: 404, body: "nothing here" },
  { headers: [{ name: "x-hint", value: "no" }] },
  { status: 403, body: "", headers: [{ name: "content-type", value: "text/plain" }] },
  { status: 451 },
);

const response = fc
  .constantFrom("none", "none", "unauthenticated", "unauthorized", "both")
  .chain((which) =>
    which === "none"
      ? fc.constant(undefined)
      : refusal.map((shape) => (which === "both" ? { unauthenticated: shape, unauthorized: shape } : { [which]: shape })),
  );

const keepHeaders = fc.constantFrom(undefined, undefined, ["x-http-method"], ["x-http-method", "x-original-url"]);

/** Faults that are put into a sound body; most bodies have none. */
const fault = fc.constantFrom("rule", "rule", "rule", "peer", "method", "duplicate", "field");

export function body(inCluster: boolean): fc.Arbitrary<PolicyBody> {
  return fc.constantFrom(...METHOD_SETS).chain((names) =>
    fc
      .record({
        peer,
        methods: fc.tuple(...names.map((name) => method(name, inCluster))),
        rules: fc.array(rule(names), { maxLength: 4 }),
        keepHeaders,
        response,
        fault,
        bad: wrongRule,
        isFaulty: fc.noBias(fc.nat(25)),
      })
      .map((parts) => {
        const rules = parts.rules.map((each, index): Rule => ({ name: `r${index}`, ...each }));
        const sound = {
          ...(parts.peer === undefined ? {} : { peer: parts.peer }),
          ...(parts.methods.length === 0 ? {} : { authentication: parts.methods }),
          ...(rules.length === 0 ? {} : { rules }),
          ...(parts.keepHeaders === undefined ? {} : { request: { keepHeaders: parts.keepHeaders } }),
          ...(parts.response === undefined ? {} : { response: parts.response }),
        };
        return parts.isFaulty === 1 ? spoil(sound, parts.fault, { name: "bad", ...parts.bad }) : sound;
      }),
  );
}

function spoil(sound: PolicyBody, fault: string, bad: Rule): PolicyBody {
  const { rules = [], authentication = [] } = sound;
  switch (fault) {
    case "peer":
      return { ...sound, peer: { mtls: "Requird" } };
    case "method":
      return { ...sound, authentication: [...authentication, { name: "odd" }] };
    case "duplicate":
      return {
        ...sound,
        rules: [...rules, ...rules.slice(0, 1), { name: "deny", effect: "Deny", to: [{ methods: ["DELETE"] }] }],
      };
    case "field":
      return { ...sound, description: "who may do what" } as PolicyBody;
    default:
      return { ...sound, rules: [bad, ...rules] };
  }
}
