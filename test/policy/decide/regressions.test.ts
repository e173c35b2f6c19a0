import { describe, expect, it } from "vitest";
import { decide } from "../../../src/policy/decide/decide.ts";
import { compileWorld, decideIn, mkPorts, mkRequest, type RequestParts, verdictIn } from "../world.ts";

/** Where the engine and an independent reading of docs/semantics.md once differed: one world each, as small as it goes. */
const policy = (name: string, spec: string, metadata = ""): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop, ${metadata} }
spec: { ${spec} }
---
`;
const cluster = (name: string, spec: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: ClusterAPIPolicy
metadata: { name: ${name} }
spec: { ${spec} }
---
`;
const PROVIDER = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "https://corp.example" }
---
`;
const ALL = "rules: [{ name: all, effect: Allow }]";
const KEYS = "{ name: keys, apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x-api-key }] } }";
const USERS = "{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] } }";
const TOKEN = { authorization: "Bearer jwt:https://corp.example" };
const claims = (value: object): object => ({ identity: { claims: Object.assign(Object.create(null), value) } });
const caller: RequestParts = { peer: "a/b" };
const host = (name: string): RequestParts => ({ workload: "", host: name });

describe("a cluster's policy with a field that is not known", () => {
  it("denies as if the half that is not written were that field, misspelt", async () => {
    const own = policy("orders", ALL);
    const lost = "overides: { rules: [{ name: no-post, effect: Deny, to: [{ methods: [POST] }] }] }";
    expect(await verdictIn(`${cluster("guard", lost)}${own}`, caller)).toBe("policy_invalid guard");
    expect(await verdictIn(`${cluster("guard", `defaults: {}, ${lost}`)}${own}`, caller)).toBe("policy_invalid guard");
  });

  it("says nothing by the half that is not written where the fault is in another field", async () => {
    const world = `${cluster("guard", "mode: Enforced, defaults: {}")}${policy("orders", ALL)}`;
    expect(await verdictIn(world, caller)).toBe("allowed shop/orders/all");
  });
});

describe("what is left of a faulty policy", () => {
  const faulty = `description: odd, authentication: [${KEYS}], request: { keepHeaders: [x-http-method] }, `;

  it("promises nothing to a caller without a credential", async () => {
    const unsure = "rules: [{ name: role, effect: Deny, when: [{ expression: \"request.headers['x-role'] == 'guest'\" }] }]";
    const world = `${policy("a", unsure)}${policy("b", `${faulty} ${ALL}`)}`;
    expect(await verdictIn(world, caller)).toBe("denied_by_rule shop/a/role");
  });

  it("records no audits and keeps no headers", async () => {
    const world = `${cluster("probes", `overrides: { ${ALL}, request: { keepHeaders: [x-http-method] } }`)}${policy("a", `${faulty} rules: [{ name: seen, effect: Audit }]`)}`;
    const decision = await decideIn(world, caller);
    expect(decision).toMatchObject({ reason: "allowed", audits: [] });
    expect(decision.answer).toMatchObject({ kind: "allow", removeHeaders: expect.arrayContaining(["x-http-method"]) });
  });
});

describe("the answer to the caller", () => {
  it("has the form of the half of a cluster's policy that decided", async () => {
    const deny = (method: string): string =>
      `rules: [{ name: no-${method.toLowerCase()}, effect: Deny, to: [{ methods: [${method}] }] }]`;
    const world = cluster(
      "base",
      `overrides: { ${deny("POST")}, response: { unauthorized: { status: 404 } } }, defaults: { ${deny("PUT")}, response: { unauthorized: { status: 451 } } }`,
    );
    // Compiled once: both answers come from one target.
    const { plan } = compileWorld(world);
    const post = await decide(plan, mkRequest({ ...caller, method: "POST" }), mkPorts());
    const put = await decide(plan, mkRequest({ ...caller, method: "PUT" }), mkPorts());
    expect(post.answer).toMatchObject({ kind: "deny", status: 404 });
    expect(put.answer).toMatchObject({ kind: "deny", status: 451 });
  });

  it("asks for a bearer token also where the provider is missing, and not for a cookie of that name", async () => {
    const missing = policy(
      "a",
      `authentication: [{ name: users, jwt: { providerRef: { name: gone }, audiences: [orders] } }], ${ALL}`,
    );
    const bearer = expect.arrayContaining([["www-authenticate", "Bearer"]]);
    expect((await decideIn(missing, caller)).answer).toMatchObject({ kind: "deny", headers: bearer });
    const cookie =
      "{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders], from: [{ cookie: authorization }] } }";
    const { answer } = await decideIn(`${PROVIDER}${policy("a", `authentication: [${cookie}], ${ALL}`)}`, caller);
    expect(answer).not.toMatchObject({ headers: bearer });
  });

  it("is 413 and no 401 where the rule reads a body of which only a part is there", async () => {
    const rules = 'rules: [{ name: bare, effect: Allow, when: [{ expression: "!has(request.body)" }] }]';
    const world = `${PROVIDER}${policy("a", `authentication: [${USERS}, { name: anyone, anonymous: {} }], ${rules}`)}`;
    expect(await verdictIn(world, { ...caller, body: { text: "ab", truncated: true } })).toBe("body_truncated shop/a/bare");
  });
});

describe("claims as headers", () => {
  const world = (header: string, more = ""): string =>
    `${PROVIDER}${policy("a", `authentication: [{ ${USERS.slice(2, -2)}, claimsToHeaders: [{ claim: groups, header: ${header} }] }${more}], ${ALL}`)}`;

  it("have no value from a list in a list", async () => {
    const { answer } = await decideIn(world("x-groups"), { ...caller, headers: TOKEN }, claims({ groups: [["dev"]] }));
    expect(answer).toMatchObject({ setHeaders: [], removeHeaders: expect.arrayContaining(["x-groups"]) });
  });

  it("are the whole Cookie header where one is written there", async () => {
    const cookie = ", { name: keys, apiKey: { selector: { matchLabels: { app: orders } }, from: [{ cookie: session }] } }";
    const call = { ...caller, headers: { ...TOKEN, cookie: "session=key:a; x=1" } };
    const set = await decideIn(world("cookie", cookie), call, claims({ groups: ["dev"] }));
    expect(set.answer).toMatchObject({ setHeaders: [["cookie", "dev"]], removeHeaders: expect.not.arrayContaining(["cookie"]) });
    const removed = await decideIn(world("cookie", cookie), call, claims({}));
    expect(removed.answer).toMatchObject({ setHeaders: [], removeHeaders: expect.arrayContaining(["cookie"]) });
  });
});

it("`*` beside other values is true for a claim of any kind, and unknown for an empty one", async () => {
  const verdict = (field: string, groups: unknown): Promise<string> => {
    const from = `from: [{ ${field}: [{ claim: groups, values: ["*", dev] }] }]`;
    const world = `${PROVIDER}${policy("a", `authentication: [${USERS}], rules: [{ name: all, effect: Allow, ${from} }]`)}`;
    return verdictIn(world, { ...caller, headers: TOKEN }, claims({ groups }));
  };
  expect(await verdict("claims", 8.5)).toBe("allowed shop/a/all");
  expect(await verdict("claims", { a: true })).toBe("allowed shop/a/all");
  expect(await verdict("notClaims", [])).toBe("no_rule_matched");
  expect(await verdict("notClaims", "")).toBe("no_rule_matched");
});

describe("at hosts", () => {
  it("the policies that decide stand in the order of their age", async () => {
    const stray = policy("z", "hosts: [a..b]", 'creationTimestamp: "2025-01-01T00:00:00Z"');
    const owner = policy("a", `hosts: [api.example], description: odd`, 'creationTimestamp: "2026-01-01T00:00:00Z"');
    expect(await verdictIn(`${owner}${stray}`, host("api.example"))).toBe("policy_invalid shop/z");
  });

  it("a cluster's Shadow policy is tried, and so is one whose target cannot be told", async () => {
    const world = `${policy("a", `hosts: [api.example], ${ALL}`)}${cluster("guard", "mode: Shadow, overrides: { rules: [{ name: none, effect: Deny }] }")}${policy("b", "mode: Shadow, selectr: {}")}`;
    expect(await decideIn(world, host("api.example"))).toMatchObject({
      reason: "allowed",
      shadows: [
        { policy: "guard", verdict: "deny", reason: "denied_by_rule", rule: "none" },
        { policy: "shop/b", verdict: "deny", reason: "policy_invalid" },
      ],
    });
  });

  it("a candidate is tried as if the policy in whose place it stands had no host", async () => {
    const next = policy("next", `mode: Shadow, hosts: ["*.example"]`, "annotations: { sallyport.dev/shadow-of: a }");
    expect(await decideIn(`${policy("a", `hosts: [api.example], ${ALL}`)}${next}`, host("api.example"))).toMatchObject({
      reason: "allowed",
      shadows: [{ policy: "shop/next", verdict: "deny", reason: "no_rule_matched" }],
    });
  });
});

it("defaults on trial are not tried where the namespace has a policy of its own", async () => {
  const trial = cluster("base", `mode: Shadow, defaults: { ${ALL} }`);
  expect(await decideIn(`${policy("a", ALL)}${trial}`, caller)).toMatchObject({ reason: "allowed", shadows: [] });
  expect(await decideIn(trial, caller)).toMatchObject({ reason: "no_policy", shadows: [{ policy: "base", verdict: "allow" }] });
});
