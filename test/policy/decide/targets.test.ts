import { describe, expect, it } from "vitest";
import { decide } from "../../../src/policy/decide/decide.ts";
import { compileWorld, decideIn, mkPorts, mkRequest, verdictIn } from "../world.ts";

const ALL = "rules: [{ name: all, effect: Allow }]";
const policy = (name: string, spec: string, namespace = "shop"): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ${spec} }
---
`;
const service = (name: string, labels: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: ${labels}, ports: [{ port: 80 }] }
---
`;

describe("the target", () => {
  it("is the workload whose labels a Service selects, whatever Host says", async () => {
    const world = `${service("orders", "{ app: orders }")}${policy("orders", `targetRefs: [{ kind: Service, name: orders }], ${ALL}`)}`;
    expect(await verdictIn(world, { peer: "a/b", host: "other.example" })).toBe("allowed shop/orders/all");
    expect(await verdictIn(world, { peer: "a/b", labels: { app: "payments" } })).toBe("no_policy");
    expect(await verdictIn(world, { peer: "a/b", workload: "other/orders" })).toBe("no_policy");
  });

  it("is found by `selector`, and by nothing for every workload of the namespace", async () => {
    const world = `${policy("a", `selector: { matchLabels: { tier: web } }, ${ALL}`)}${policy("b", "rules: [{ name: no, effect: Deny, to: [{ methods: [POST] }] }]")}`;
    expect(await verdictIn(world, { peer: "a/b", labels: { tier: "web" } })).toBe("allowed shop/a/all");
    expect(await verdictIn(world, { peer: "a/b", labels: { tier: "web" }, method: "POST" })).toBe("denied_by_rule shop/b/no");
    expect(await verdictIn(world, { peer: "a/b", labels: { tier: "db" } })).toBe("no_rule_matched");
  });

  it("is the route's at a gateway, and the host only where neither speaks", async () => {
    const world = `${service("orders", "{ app: orders }")}${policy("orders", `targetRefs: [{ kind: Service, name: orders }], peer: { mtls: Optional }, ${ALL}`)}${policy("gateway", `hosts: [api.example.com, "*.example.org"], ${ALL}`)}`;
    const route = { workload: "", extensions: { "sallyport.target": "Service/shop/orders" } };
    expect(await verdictIn(world, route)).toBe("allowed shop/orders/all");
    expect(await verdictIn(world, { workload: "", host: "API.example.com:443" })).toBe("allowed shop/gateway/all");
    expect(await verdictIn(world, { workload: "", host: "a.b.example.org" })).toBe("allowed shop/gateway/all");
    expect(await verdictIn(world, { workload: "", host: "example.org" })).toBe("no_policy");
    expect(await verdictIn(world, { ...route, workload: "shop/orders" })).toBe("target_invalid");
    expect(await verdictIn(world, { workload: "", extensions: { "sallyport.target": "orders" } })).toBe("target_invalid");
  });

  it("without a policy gets the default action as a workload, and never as a host", () => {
    const { plan } = compileWorld("", { defaultAction: "Allow" });
    expect(decide(plan, mkRequest({ peer: "a/b" }), mkPorts())).toMatchObject({
      reason: "default_allow",
      target: "workload shop/orders",
    });
    expect(decide(plan, mkRequest({ workload: "" }), mkPorts())).toMatchObject({
      reason: "no_policy",
      target: "host orders.shop",
    });
  });
});

describe("the peer", () => {
  it("is asked for at workloads and not at hosts, and by the strictest of all policies", async () => {
    expect(await verdictIn(policy("a", `hosts: [orders.shop], ${ALL}`), { workload: "" })).toBe("allowed shop/a/all");
    const optional = policy("a", `peer: { mtls: Optional }, ${ALL}`);
    expect(await verdictIn(optional, {})).toBe("allowed shop/a/all");
    expect(await verdictIn(`${optional}${policy("b", ALL)}`, {})).toBe("peer_unauthenticated");
  });

  it("must come from a trust domain that every policy accepts", async () => {
    const world = `${policy("a", `peer: { trustDomains: [cluster.local, partner.example] }, ${ALL}`)}${policy("b", "peer: { trustDomains: [cluster.local] }")}`;
    expect(await verdictIn(world, { peer: "shop/frontend" })).toBe("allowed shop/a/all");
    expect(await verdictIn(world, { peer: "spiffe://partner.example/ns/a/sa/b" })).toBe("peer_untrusted");
    expect(await verdictIn(world, { peer: "spiffe://cluster.local.evil/ns/shop/sa/frontend" })).toBe("peer_untrusted");
  });
});

describe("a faulty policy", () => {
  const broken =
    'rules: [{ name: all, effect: Allow }, { name: admin, effect: Deny, to: [{ paths: ["/admin"] }] }, { name: bad, effect: Allow, to: [{ paths: ["/a/**"] }] }]';
  const other = policy("payments", `selector: { matchLabels: { app: payments } }, ${ALL}`);

  it("denies its target and leaves all others alone; its sound Deny rules stay in force", async () => {
    const world = `${policy("orders", `selector: { matchLabels: { app: orders } }, ${broken}`)}${other}`;
    expect(await verdictIn(world, { peer: "a/b" })).toBe("policy_invalid shop/orders");
    expect(await verdictIn(world, { peer: "a/b", path: "/admin" })).toBe("denied_by_rule shop/orders/admin");
    expect(await verdictIn(world, { peer: "a/b", labels: { app: "payments" } })).toBe("allowed shop/payments/all");
  });

  it("leaves its last good version in force, and says so", () => {
    const good = compileWorld(policy("orders", ALL));
    const next = compileWorld(policy("orders", broken), {}, good.lastGood);
    expect(decide(next.plan, mkRequest({ peer: "a/b" }), mkPorts())).toMatchObject({ reason: "allowed" });
    expect(next.diagnostics.map(({ code, path, severity }) => [severity, code, path])).toEqual([
      ["warning", "LastGoodInForce", ""],
    ]);
    const again = compileWorld(policy("orders", broken), {}, next.lastGood);
    expect(decide(again.plan, mkRequest({ peer: "a/b" }), mkPorts())).toMatchObject({ reason: "allowed" });
  });

  it("whose target cannot be told denies its whole namespace", async () => {
    const world = `${policy("orders", `selector: 7, ${ALL}`)}${other}`;
    expect(await verdictIn(world, { peer: "a/b", labels: { app: "payments" } })).toBe("policy_invalid shop/orders");
    expect(await verdictIn(world, { peer: "a/b", workload: "elsewhere/x" })).toBe("no_policy");
  });

  it("that names a method it does not have is told where", () => {
    const { diagnostics } = compileWorld(
      policy("orders", "rules: [{ name: a, effect: Allow, from: [{ authentication: [users] }] }]"),
    );
    expect(diagnostics).toEqual([
      {
        code: "UnknownMethod",
        severity: "error",
        object: { kind: "APIPolicy", namespace: "shop", name: "orders" },
        path: "spec.rules[0].from[0].authentication[0]",
        message: "`users` is no method of this policy",
        help: "declare it under `authentication`",
      },
    ]);
  });
});

describe("two policies that claim one host", () => {
  it("leave it to the older; the newer loses that host alone", async () => {
    const world = `${policy("a", `hosts: [x.example], ${ALL}`)}${policy("b", `hosts: [x.example, y.example], ${ALL}`)}`;
    expect(await verdictIn(world, { workload: "", host: "x.example" })).toBe("allowed shop/a/all");
    expect(await verdictIn(world, { workload: "", host: "y.example" })).toBe("allowed shop/b/all");
    expect(compileWorld(world).diagnostics.map(({ code, path }) => [code, path])).toEqual([["HostConflict", "spec.hosts[0]"]]);
  });
});

describe("a Shadow policy", () => {
  const enforced = policy("orders", ALL);
  const shadow = policy("strict", "mode: Shadow, rules: [{ name: none, effect: Deny }]");

  it("changes nothing, and tells what it would have done", async () => {
    const decision = await decideIn(`${enforced}${shadow}`, { peer: "a/b" });
    expect(decision).toMatchObject({
      reason: "allowed",
      shadows: [{ policy: "shop/strict", verdict: "deny", reason: "denied_by_rule", rule: "none" }],
    });
    expect(decision.answer).toEqual((await decideIn(enforced, { peer: "a/b" })).answer);
  });

  it("alone leaves its target to the default action", async () => {
    expect(await decideIn(shadow, { peer: "a/b" })).toMatchObject({ reason: "no_policy", shadows: [{ verdict: "deny" }] });
  });

  it("never keeps a call waiting for its own keys", async () => {
    const provider = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "https://corp.example" }
---
`;
    const users = policy(
      "users",
      `mode: Shadow, authentication: [{ name: users, jwt: { providerRef: { name: corp }, audiences: [a] } }], ${ALL}`,
    );
    const never = new Promise<never>(() => {});
    const decision = await decideIn(
      `${provider}${enforced}${users}`,
      { peer: "a/b", headers: { authorization: "Bearer jwt:https://corp.example" } },
      { refuse: { "shop/users#users": never } },
    );
    expect(decision.reason).toBe("allowed");
    expect(decision.shadows).toBeInstanceOf(Promise);
  });
});

describe("a Shadow policy for hosts", () => {
  it("takes no host from an enforced policy with a looser pattern, and is tried in its place", async () => {
    const world = `${policy("wide", `hosts: ["*.example.com"], ${ALL}`)}${policy("narrow", "mode: Shadow, hosts: [api.example.com]")}`;
    expect(await decideIn(world, { workload: "", host: "api.example.com" })).toMatchObject({
      reason: "allowed",
      shadows: [{ policy: "shop/narrow", verdict: "deny", reason: "no_rule_matched" }],
    });
    expect(await decideIn(world, { workload: "", host: "www.example.com" })).toMatchObject({ reason: "allowed", shadows: [] });
  });

  it("is not tried where an enforced pattern is more specific, and alone leaves the host without a policy", async () => {
    const world = `${policy("narrow", `hosts: [api.example.com], ${ALL}`)}${policy("wide", 'mode: Shadow, hosts: ["*.example.com"]')}`;
    expect(await decideIn(world, { workload: "", host: "api.example.com" })).toMatchObject({ reason: "allowed", shadows: [] });
    expect(await decideIn(world, { workload: "", host: "www.example.com" })).toMatchObject({
      reason: "no_policy",
      shadows: [{ policy: "shop/wide", verdict: "deny" }],
    });
  });
});
