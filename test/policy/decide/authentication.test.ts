import { describe, expect, it } from "vitest";
import { decideIn, verdictIn } from "../world.ts";

const PROVIDERS = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "https://corp.example" }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: other, namespace: shop }
spec: { issuer: "https://other.example" }
---
`;
const USERS = "{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] } }";
const PARTNERS = "{ name: partners, apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x-api-key }] } }";

const policy = (authentication: string, rules: string, name = "orders"): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  authentication: ${authentication}
  rules: ${rules}
---
`;

const TOKEN = { authorization: "Bearer jwt:https://corp.example" };

describe("a policy that lists methods", () => {
  const world = `${PROVIDERS}${policy(`[${USERS}, ${PARTNERS}]`, "[{ name: signed-in, effect: Allow }]")}`;

  it("admits who shows a good credential", async () => {
    expect(await verdictIn(world, { peer: "shop/frontend", headers: TOKEN })).toBe("allowed shop/orders/signed-in");
    expect(await verdictIn(world, { peer: "shop/frontend", headers: { "x-api-key": "key:acme" } })).toBe(
      "allowed shop/orders/signed-in",
    );
  });

  it("answers 401 to who shows none, since a credential is all that was lacking", async () => {
    const decision = await decideIn(world, { peer: "shop/frontend" });
    expect(decision.reason).toBe("unauthenticated");
    expect(decision.answer).toEqual({
      kind: "deny",
      status: 401,
      headers: [
        ["x-sallyport-reason", "unauthenticated"],
        ["content-type", "application/json"],
        ["www-authenticate", "Bearer"],
      ],
      body: '{"reason":"unauthenticated","message":"the request lacks a credential, and an Allow rule failed only for want of it"}\n',
    });
  });

  it("admits a caller without credential only by a rule that names the peer", async () => {
    const named = `${PROVIDERS}${policy(`[${USERS}]`, "[{ name: mesh, effect: Allow, from: [{ serviceAccounts: [shop/frontend] }] }]")}`;
    expect(await verdictIn(named, { peer: "shop/frontend" })).toBe("allowed shop/orders/mesh");
    expect(await verdictIn(named, { peer: "shop/other" })).toBe("no_rule_matched");
    const negated = `${PROVIDERS}${policy(`[${USERS}]`, "[{ name: mesh, effect: Allow, from: [{ notServiceAccounts: [shop/x] }] }]")}`;
    expect(await verdictIn(negated, { peer: "shop/frontend" })).toBe("unauthenticated shop/orders");
  });

  it("answers 403 where a credential would have changed nothing", async () => {
    const write = `${PROVIDERS}${policy(`[${USERS}]`, "[{ name: write, effect: Allow, to: [{ methods: [POST] }] }]")}`;
    expect(await verdictIn(write, { peer: "shop/frontend" })).toBe("no_rule_matched");
    expect(await verdictIn(write, { peer: "shop/frontend", method: "POST" })).toBe("unauthenticated shop/orders");
  });
});

describe("ownership of credentials", () => {
  const anonymous = "{ name: anyone, anonymous: {} }";
  const world = `${PROVIDERS}${policy(`[${USERS}, ${PARTNERS}, ${anonymous}]`, "[{ name: all, effect: Allow }]")}`;
  const refused: readonly (readonly [string, Record<string, string | string[]>, string])[] = [
    ["a token of an issuer that no method has", { authorization: "Bearer jwt:https://evil.example" }, "credential_unrecognized"],
    ["a text that is no token", { authorization: "Bearer hello" }, "credential_unrecognized"],
    ["another scheme", { authorization: "Basic YTpi" }, "credential_unrecognized"],
    ["an empty value", { authorization: "" }, "credential_unrecognized"],
    ["a tab after the scheme", { authorization: "Bearer\tjwt:https://corp.example" }, "credential_unrecognized"],
    ["two values at one location", { authorization: [TOKEN.authorization, TOKEN.authorization] }, "credential_repeated"],
    ["an API key that nobody has", { "x-api-key": "wrong" }, "api_key_unknown"],
    ["a good token beside a bad key", { ...TOKEN, "x-api-key": "wrong" }, "api_key_unknown"],
  ];
  for (const [what, headers, reason] of refused) {
    it(`${what} is refused, never taken for anonymous`, async () => {
      expect(await verdictIn(world, { peer: "shop/frontend", headers })).toBe(reason);
    });
  }

  it("no credential at all is anonymous where that is written", async () => {
    expect(await verdictIn(world, { peer: "shop/frontend" })).toBe("allowed shop/orders/all");
  });

  it("the scheme has no case and may be followed by spaces", async () => {
    expect(await verdictIn(world, { peer: "a/b", headers: { authorization: "bearer   jwt:https://corp.example" } })).toBe(
      "allowed shop/orders/all",
    );
  });

  it("a token that its owner refuses is 401 with the owner's reason", async () => {
    const refuse = { "shop/orders#users": { ok: false, reason: "token_expired", detail: "it expired" } } as const;
    const decision = await decideIn(world, { peer: "a/b", headers: TOKEN }, { refuse });
    expect([decision.reason, decision.detail]).toEqual(["token_expired", "shop/orders#users: it expired"]);
  });

  it("a method whose provider is missing answers 503 to what may be its provider's token, and nobody else's", async () => {
    const gone = policy(
      `[{ name: users, jwt: { providerRef: { name: gone }, audiences: [orders] } }, ${PARTNERS}]`,
      "[{ name: all, effect: Allow }]",
    );
    expect(await verdictIn(gone, { peer: "a/b", headers: TOKEN })).toBe("unresolved_ref");
    expect(await verdictIn(gone, { peer: "a/b", headers: { "x-api-key": "key:acme" } })).toBe("allowed shop/orders/all");
  });
});

describe("several policies on one target", () => {
  it("one policy's anonymous admits nobody to another's rules", async () => {
    const world = `${PROVIDERS}${policy("[{ name: anyone, anonymous: {} }]", '[{ name: health, effect: Allow, to: [{ paths: ["/health"] }] }]', "public")}${policy(`[${USERS}]`, "[{ name: api, effect: Allow }]", "users")}`;
    expect(await verdictIn(world, { peer: "a/b", path: "/health" })).toBe("allowed shop/public/health");
    expect(await verdictIn(world, { peer: "a/b", path: "/api" })).toBe("unauthenticated shop/users");
    expect(await verdictIn(world, { peer: "a/b", path: "/api", headers: TOKEN })).toBe("allowed shop/users/api");
  });

  it("a policy whose method refuses a token takes no part, while the policy whose method accepts it does", async () => {
    const other = "{ name: users, jwt: { providerRef: { name: corp }, audiences: [billing] } }";
    const world = `${PROVIDERS}${policy(`[${other}, { name: anyone, anonymous: {} }]`, "[{ name: all, effect: Allow }]", "billing")}${policy(`[${USERS}]`, '[{ name: api, effect: Allow, to: [{ paths: ["/api"] }] }]')}`;
    const refuse = { "shop/billing#users": { ok: false, reason: "token_audience_mismatch", detail: "aud" } } as const;
    expect(await verdictIn(world, { peer: "a/b", path: "/api", headers: TOKEN }, { refuse })).toBe("allowed shop/orders/api");
    expect(await verdictIn(world, { peer: "a/b", path: "/x", headers: TOKEN }, { refuse })).toBe("no_rule_matched");
  });

  it("a Deny sees every identity that was verified for the target", async () => {
    const world = `${PROVIDERS}${policy(`[${USERS}]`, "[{ name: api, effect: Allow }]")}${policy("[]", "[{ name: banned, effect: Deny, from: [{ subjects: [ada] }] }]", "bans")}`;
    expect(await verdictIn(world, { peer: "a/b", headers: TOKEN })).toBe("denied_by_rule shop/bans/banned");
    expect(await verdictIn(world, { peer: "a/b", headers: TOKEN }, { identity: { subject: "bob" } })).toBe(
      "allowed shop/orders/api",
    );
  });
});

describe("what the service gets to see", () => {
  const claims = "claimsToHeaders: [{ claim: sub, header: x-user }, { claim: tenant, header: x-tenant }]";
  const users = `{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] }, ${claims} }`;
  const world = `${PROVIDERS}${policy(`[${users}, ${PARTNERS}]`, "[{ name: all, effect: Allow }]")}`;

  it("a claim becomes a header, and one that is not there removes it; credentials and override headers go", async () => {
    const { answer } = await decideIn(world, { peer: "a/b", headers: { ...TOKEN, "x-tenant": "forged", x_user: "root" } });
    expect(answer).toEqual({
      kind: "allow",
      setHeaders: [["x-user", "ada"]],
      removeHeaders: [
        "authorization",
        "x-api-key",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
        "x-tenant",
        "x_user",
      ],
      removeQueryParameters: [],
      unique: true,
    });
  });

  it("a claim that is more than visible ASCII becomes no header", async () => {
    for (const sub of ["a\r\nx-admin: 1", "a b", "ä", ""]) {
      const identity = { claims: Object.assign(Object.create(null), { sub }) };
      const { answer } = await decideIn(world, { peer: "a/b", headers: TOKEN }, { identity });
      expect(answer).toMatchObject({ kind: "allow", setHeaders: [] });
    }
  });

  it("a cookie that holds a credential is cut out, the others stay; a query parameter is removed", async () => {
    const elsewhere = `{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders], from: [{ cookie: session }, { query: access_token }] } }`;
    const world = `${PROVIDERS}${policy(`[${elsewhere}]`, "[{ name: all, effect: Allow }]")}`;
    const { answer } = await decideIn(world, { peer: "a/b", headers: { cookie: "a=1; session=jwt:https://corp.example; b=2" } });
    expect(answer).toMatchObject({
      kind: "allow",
      setHeaders: [["cookie", "a=1; b=2"]],
      removeQueryParameters: ["access_token"],
    });
  });
});

describe("claims that are lists", () => {
  const claims = (value: object): object => ({ claims: Object.assign(Object.create(null), value) });
  const world = `${PROVIDERS}${policy(`[${USERS}]`, "[{ name: all, effect: Allow }, { name: admins, effect: Deny, from: [{ claims: [{ claim: roles, values: [admin] }] }] }]")}`;

  it("match if an element does, and are unknown where an element cannot be compared", async () => {
    const verdict = (roles: unknown): Promise<string> =>
      verdictIn(world, { peer: "a/b", headers: TOKEN }, { identity: claims({ roles }) });
    expect(await verdict(["user", "admin"])).toBe("denied_by_rule shop/orders/admins");
    expect(await verdict(["user"])).toBe("allowed shop/orders/all");
    expect(await verdict([])).toBe("allowed shop/orders/all");
    expect(await verdict([{ name: "admin" }])).toBe("denied_by_rule shop/orders/admins");
  });
});

it("a credential header with an underscore takes its twin with it", async () => {
  const keys = "[{ name: keys, apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x_token }] } }]";
  const world = `${PROVIDERS}${policy(keys, "[{ name: all, effect: Allow }]")}`;
  const { answer } = await decideIn(world, { peer: "a/b", headers: { x_token: "key:acme", "x-token": "key:other" } });
  expect(answer).toMatchObject({ kind: "allow", removeHeaders: expect.arrayContaining(["x_token", "x-token"]) });
});
