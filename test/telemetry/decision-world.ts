import type { AnonymousMethod, JwtMethod } from "../../src/policy/model/authentication.ts";
import type { Decision } from "../../src/policy/model/decision.ts";
import type { Evaluation } from "../../src/policy/model/evaluation.ts";
import type { PolicyPlan, RulePlan } from "../../src/policy/model/plan.ts";
import type { Request } from "../../src/policy/model/request.ts";

/** A policy `shop/orders` with one rule `read`, and a request to it that holds a secret wherever one can stand. */
export const SECRET = "s3cr3tValue";

const users: JwtMethod = {
  id: "shop/orders#users",
  name: "users",
  kind: "jwt",
  locations: [{ in: "header", name: "authorization", prefix: "Bearer" }],
  forward: false,
  provider: {
    key: "IdentityProvider shop/corp",
    name: "shop/corp",
    issuer: `https://issuer/${SECRET}`,
    keys: { from: "inline", jwks: SECRET },
    algorithms: ["ES256"],
    refreshInterval: 300,
    staleLimit: 3_600,
    cooldown: 30,
    allowPrivateAddresses: false,
  },
  audiences: ["orders"],
  clockSkew: 60,
  maxLifetime: 0,
  requiredClaims: [],
};
const anonymous: AnonymousMethod = { id: "shop/orders#guests", name: "guests", kind: "anonymous", locations: [], forward: false };

const policy: PolicyPlan = {
  key: "shop/orders",
  namespace: "shop",
  name: "orders",
  kind: "APIPolicy",
  tier: "own",
  mode: "Enforce",
  replaces: undefined,
  peer: undefined,
  methods: [users, anonymous],
  claimHeaders: new Map(),
  anonymous,
  allow: [],
  deny: [],
  audit: [],
  keepHeaders: [],
  unauthenticated: undefined,
  unauthorized: { status: 403, body: SECRET, headers: [["x-secret", SECRET]] },
  invalid: false,
};

const rule: RulePlan = {
  name: "read",
  effect: "Allow",
  policy,
  from: [],
  to: [],
  when: [],
  readsBody: false,
  pathTemplate: () => "/api/v1/orders/{id}",
};

export const request: Request = {
  method: "GET",
  path: `/api/v1/orders/42;session=${SECRET}?key=${SECRET}`,
  host: "orders.shop",
  scheme: "http",
  protocol: "HTTP/2",
  time: 0,
  headers: {
    values: (name) => [`${name} ${SECRET}`],
    names: () => ["authorization", "cookie", "x-api-key"],
    namesWithUnderscore: () => [],
  },
  body: { bytes: new TextEncoder().encode(SECRET), truncated: false },
  source: { address: "10.0.0.7", port: 4711, principal: "spiffe://cluster.local/ns/shop/sa/frontend", certificate: SECRET },
  destination: { address: "10.0.0.8", port: 8080, principal: "", certificate: SECRET },
  labels: new Map([["app", SECRET]]),
  labelsKey: SECRET,
  extensions: new Map([
    ["sallyport.namespace", "shop"],
    ["x", SECRET],
  ]),
};

export const allowed: Decision = {
  reason: "allowed",
  detail: SECRET,
  target: "workload shop/orders",
  policy,
  rule,
  answer: { kind: "allow", setHeaders: [["x-user", SECRET]], removeHeaders: ["authorization"], removeQueryParameters: [] },
  peer: {
    principal: "spiffe://cluster.local/ns/shop/sa/frontend",
    trustDomain: "cluster.local",
    namespace: "shop",
    serviceAccount: "frontend",
  },
  credentials: [
    {
      identity: { kind: "jwt", provider: "shop/corp", subject: "alice", scopes: [SECRET], claims: { secret: SECRET } },
      methods: [users],
    },
    { identity: { kind: "anonymous", provider: "", scopes: [], claims: {} }, methods: [anonymous] },
  ],
  // The rule above never looks at it.
  evaluation: { request } as Evaluation,
  audits: [{ ...rule, name: "watch", effect: "Audit" }],
  shadows: [],
};

export const denied: Decision = {
  ...allowed,
  reason: "no_rule_matched",
  rule: undefined,
  answer: { kind: "deny", status: 403, headers: [["x-secret", SECRET]], body: SECRET },
  audits: [],
};
