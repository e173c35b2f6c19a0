import { describe, expect, it } from "vitest";
import { verdictIn } from "../world.ts";

const policy = (spec: string, name = "orders"): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---
`;

describe("a rule is (any from) and (any to) and (all when)", () => {
  it("an empty spec denies everyone", async () => {
    expect(await verdictIn(policy("{}"), { peer: "shop/frontend" })).toBe("no_rule_matched");
  });

  it("one Allow rule without parts allows every proven caller", async () => {
    const open = policy("{ rules: [{ name: all, effect: Allow }] }");
    expect(await verdictIn(open, { peer: "shop/frontend" })).toBe("allowed shop/orders/all");
    expect(await verdictIn(open, {})).toBe("peer_unauthenticated");
  });

  it("fields of one entry AND, values of one field OR, entries OR", async () => {
    const rules = policy(`
  rules:
    - name: read
      effect: Allow
      from: [{ serviceAccounts: [shop/frontend, shop/admin], ipBlocks: [10.0.0.0/8] }, { namespaces: [ops] }]
      to: [{ methods: [GET, HEAD], paths: ["/a", "/b/{id}"] }]`);
    expect(await verdictIn(rules, { peer: "shop/frontend", path: "/a" })).toBe("allowed shop/orders/read");
    expect(await verdictIn(rules, { peer: "shop/admin", path: "/b/1", method: "HEAD" })).toBe("allowed shop/orders/read");
    expect(await verdictIn(rules, { peer: "ops/any", path: "/b/1", source: "192.0.2.1" })).toBe("allowed shop/orders/read");
    expect(await verdictIn(rules, { peer: "shop/frontend", path: "/a", source: "192.0.2.1" })).toBe("no_rule_matched");
    expect(await verdictIn(rules, { peer: "shop/frontend", path: "/b" })).toBe("no_rule_matched");
    expect(await verdictIn(rules, { peer: "shop/frontend", path: "/a", method: "POST" })).toBe("no_rule_matched");
  });

  it("any Deny that matches beats every Allow, wherever it stands", async () => {
    const allow = "{ name: all, effect: Allow }";
    const deny = '{ name: admin, effect: Deny, to: [{ paths: ["/admin/{**}"] }] }';
    for (const rules of [`[${allow}, ${deny}]`, `[${deny}, ${allow}]`]) {
      const world = policy(`{ rules: ${rules} }`);
      expect(await verdictIn(world, { peer: "shop/frontend", path: "/admin" })).toBe("denied_by_rule shop/orders/admin");
      expect(await verdictIn(world, { peer: "shop/frontend", path: "/admin/x/y" })).toBe("denied_by_rule shop/orders/admin");
      expect(await verdictIn(world, { peer: "shop/frontend", path: "/administration" })).toBe("allowed shop/orders/all");
    }
  });

  it("a Deny holds in every way to read the path; an Allow must hold in all of them", async () => {
    const deny = policy('{ rules: [{ name: all, effect: Allow }, { name: admin, effect: Deny, to: [{ paths: ["/admin"] }] }] }');
    for (const path of ["/admin/", "/admin;x=1", "/admin;x/"]) {
      expect(await verdictIn(deny, { peer: "shop/frontend", path })).toBe("denied_by_rule shop/orders/admin");
    }
    const allow = policy('{ rules: [{ name: public, effect: Allow, to: [{ paths: ["/public;a"] }] }] }');
    expect(await verdictIn(allow, { peer: "shop/frontend", path: "/public;a" })).toBe("no_rule_matched");
  });

  it("a Deny on GET covers HEAD, and an Allow on GET does not", async () => {
    const world = policy("{ rules: [{ name: all, effect: Allow }, { name: no-read, effect: Deny, to: [{ methods: [GET] }] }] }");
    expect(await verdictIn(world, { peer: "shop/frontend", method: "HEAD" })).toBe("denied_by_rule shop/orders/no-read");
    const read = policy("{ rules: [{ name: read, effect: Allow, to: [{ methods: [GET] }] }] }");
    expect(await verdictIn(read, { peer: "shop/frontend", method: "HEAD" })).toBe("no_rule_matched");
  });
});

describe("a matcher on what the request lacks is unknown, and so is its twin", () => {
  const optional = (rule: string): string =>
    policy(`
  peer: { mtls: Optional }
  rules: [{ name: all, effect: Allow }, ${rule}]`);

  for (const field of [
    "principals: [spiffe://cluster.local/ns/a/sa/b]",
    "serviceAccounts: [a/b]",
    "namespaces: [a]",
    "trustDomains: [other]",
  ]) {
    const [name = "", values = ""] = field.split(/: (.*)/s);
    const twin = `not${name.charAt(0).toUpperCase()}${name.slice(1)}: ${values}`;
    it(`without a peer, a Deny on \`${name}\` or its twin matches and an Allow does not`, async () => {
      for (const matcher of [field, twin]) {
        expect(await verdictIn(optional(`{ name: deny, effect: Deny, from: [{ ${matcher} }] }`), {})).toBe(
          "denied_by_rule shop/orders/deny",
        );
        const allow = policy(`{ peer: { mtls: Optional }, rules: [{ name: allow, effect: Allow, from: [{ ${matcher} }] }] }`);
        expect(await verdictIn(allow, {})).toBe("no_rule_matched");
      }
    });
  }

  it("`*` is present and not empty, and so is never unknown", async () => {
    const deny = optional('{ name: deny, effect: Deny, from: [{ principals: ["*"] }] }');
    expect(await verdictIn(deny, {})).toBe("allowed shop/orders/all");
    expect(await verdictIn(deny, { peer: "a/b" })).toBe("denied_by_rule shop/orders/deny");
    const twin = optional('{ name: deny, effect: Deny, from: [{ notPrincipals: ["*"] }] }');
    expect(await verdictIn(twin, {})).toBe("denied_by_rule shop/orders/deny");
    expect(await verdictIn(twin, { peer: "a/b" })).toBe("allowed shop/orders/all");
  });

  it("accounts and namespaces mean the local trust domain unless the entry names trust domains", async () => {
    const local = policy("{ rules: [{ name: read, effect: Allow, from: [{ serviceAccounts: [shop/frontend] }] }] }");
    const foreign = "spiffe://partner.example/ns/shop/sa/frontend";
    expect(await verdictIn(local, { peer: foreign })).toBe("no_rule_matched");
    const named = policy(
      "{ rules: [{ name: read, effect: Allow, from: [{ serviceAccounts: [shop/frontend], trustDomains: [partner.example] }] }] }",
    );
    expect(await verdictIn(named, { peer: foreign })).toBe("allowed shop/orders/read");
    expect(await verdictIn(named, { peer: "shop/frontend" })).toBe("no_rule_matched");
  });

  it("a condition that fails to evaluate is unknown", async () => {
    const deny = policy(`
  rules:
    - { name: all, effect: Allow }
    - { name: role, effect: Deny, when: [{ expression: "request.headers['x-role'] == 'guest'" }] }`);
    expect(await verdictIn(deny, { peer: "a/b" })).toBe("denied_by_rule shop/orders/role");
    expect(await verdictIn(deny, { peer: "a/b", headers: { "x-role": "admin" } })).toBe("allowed shop/orders/all");
    expect(await verdictIn(deny, { peer: "a/b", headers: { "x-role": ["admin", "guest"] } })).toBe(
      "denied_by_rule shop/orders/role",
    );
    const allow = policy(
      `{ rules: [{ name: role, effect: Allow, when: [{ expression: "request.headers['x-role'] == 'admin'" }] }] }`,
    );
    expect(await verdictIn(allow, { peer: "a/b" })).toBe("no_rule_matched");
    expect(await verdictIn(allow, { peer: "a/b", headers: { "x-role": "admin" } })).toBe("allowed shop/orders/role");
  });
});

describe("the request that rules see", () => {
  const world = policy("{ rules: [{ name: all, effect: Allow }] }");
  const refused: readonly (readonly [string, object, string])[] = [
    ["a dot segment", { path: "/public/../admin" }, "path_not_normalized"],
    ["an escaped slash", { path: "/public%2fadmin" }, "path_escaped_separator"],
    ["a lower-case method", { method: "get" }, "method_invalid"],
    ["a host with user information", { host: "a@b" }, "host_invalid"],
  ];
  for (const [what, parts, reason] of refused) {
    it(`${what} is refused with a reason before any rule`, async () => {
      expect(await verdictIn(world, { peer: "a/b", ...parts })).toBe(reason);
    });
  }

  it("a part of a body is no body: a rule that needs it answers 413", async () => {
    const body = policy(`{ rules: [{ name: small, effect: Allow, when: [{ expression: "request.body.contains('a')" }] }] }`);
    expect(await verdictIn(body, { peer: "a/b", body: { text: "aaa" } })).toBe("allowed shop/orders/small");
    expect(await verdictIn(body, { peer: "a/b", body: { text: "aaa", truncated: true } })).toBe(
      "body_truncated shop/orders/small",
    );
  });
});
