import { describe, expect, it } from "vitest";
import { decide } from "../../../src/policy/decide/decide.ts";
import { compileWorld, decideIn, mkPorts, mkRequest, verdictIn } from "../world.ts";

const cluster = (name: string, spec: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: ClusterAPIPolicy
metadata: { name: ${name} }
spec: { ${spec} }
---
`;
const policy = (name: string, spec: string, annotations = ""): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop, annotations: { ${annotations} } }
spec: { ${spec} }
---
`;
const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { tier: web } }
---
`;
const ALLOW = "rules: [{ name: all, effect: Allow }]";
const DENY_POST = "rules: [{ name: no-post, effect: Deny, to: [{ methods: [POST] }] }]";

describe("overrides", () => {
  it("a Deny is final: no namespace can undo it", async () => {
    const world = `${cluster("guard", `overrides: { ${DENY_POST} }`)}${policy("orders", ALLOW)}`;
    expect(await verdictIn(world, { peer: "a/b", method: "POST" })).toBe("denied_by_rule guard/no-post");
    expect(await verdictIn(world, { peer: "a/b" })).toBe("allowed shop/orders/all");
  });

  it("an Allow is final: it admits what the namespace's own policies deny", async () => {
    const probes = 'rules: [{ name: probes, effect: Allow, to: [{ paths: ["/healthz"] }] }]';
    const world = `${cluster("probes", `overrides: { ${probes} }`)}${policy("orders", "rules: [{ name: none, effect: Deny }]")}`;
    expect(await verdictIn(world, { peer: "a/b", path: "/healthz" })).toBe("allowed probes/probes");
    expect(await verdictIn(world, { peer: "a/b" })).toBe("denied_by_rule shop/orders/none");
  });

  it("that are faulty deny every target that they select, apart from what their sound Deny rules say", async () => {
    const broken =
      'rules: [{ name: no-post, effect: Deny, to: [{ methods: [POST] }] }, { name: bad, effect: Allow, to: [{ paths: ["/a/**"] }] }]';
    const world = `${cluster("guard", `overrides: { ${broken} }`)}${policy("orders", ALLOW)}`;
    expect(await verdictIn(world, { peer: "a/b" })).toBe("policy_invalid guard");
    expect(await verdictIn(world, { peer: "a/b", method: "POST" })).toBe("denied_by_rule guard/no-post");
  });
});

describe("defaults", () => {
  it("decide only about targets that no policy of the namespace selects", async () => {
    const world = `${cluster("base", `defaults: { ${ALLOW} }`)}${policy("orders", "selector: { matchLabels: { app: orders } }")}`;
    expect(await verdictIn(world, { peer: "a/b" })).toBe("no_rule_matched");
    expect(await verdictIn(world, { peer: "a/b", labels: { app: "other" } })).toBe("allowed base/all");
    expect(await verdictIn(world, { peer: "a/b", workload: "elsewhere/x" })).toBe("allowed base/all");
  });

  it("give way to an own policy even where that is invalid, and not to one that is only tried", async () => {
    const base = cluster("base", `defaults: { ${ALLOW} }`);
    expect(await verdictIn(`${base}${policy("orders", "rules: 7")}`, { peer: "a/b" })).toBe("policy_invalid shop/orders");
    expect(await verdictIn(`${base}${policy("orders", "mode: Shadow")}`, { peer: "a/b" })).toBe("allowed base/all");
  });

  it("count as a whole, all of them together", async () => {
    const world = `${cluster("a", `defaults: { ${ALLOW} }`)}${cluster("b", `defaults: { ${DENY_POST} }`)}`;
    expect(await verdictIn(world, { peer: "a/b", method: "POST" })).toBe("denied_by_rule b/no-post");
    expect(await verdictIn(world, { peer: "a/b" })).toBe("allowed a/all");
  });
});

describe("a cluster's policy", () => {
  it("is for the namespaces that its selector names, by their labels", async () => {
    const web = `${NAMESPACE}${cluster("base", `namespaceSelector: { matchLabels: { tier: web } }, defaults: { ${ALLOW} }`)}`;
    expect(await verdictIn(web, { peer: "a/b" })).toBe("allowed base/all");
    expect(await verdictIn(web, { peer: "a/b", workload: "other/x" })).toBe("no_policy");
    const named = cluster(
      "base",
      `namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": other } }, defaults: { ${ALLOW} }`,
    );
    expect(await verdictIn(named, { peer: "a/b", workload: "other/x" })).toBe("allowed base/all");
  });

  it("leaves what it does not decide to the default action", () => {
    const { plan } = compileWorld(cluster("guard", `overrides: { ${DENY_POST} }`), { defaultAction: "Allow" });
    expect(decide(plan, mkRequest({ peer: "a/b" }), mkPorts())).toMatchObject({ reason: "default_allow" });
    expect(decide(plan, mkRequest({ peer: "a/b", method: "POST" }), mkPorts())).toMatchObject({ reason: "denied_by_rule" });
  });

  it("refers to cluster-scoped kinds alone", () => {
    const jwt = "authentication: [{ name: users, jwt: { providerRef: { name: corp }, audiences: [a] } }]";
    expect(compileWorld(cluster("base", `defaults: { ${jwt} }`)).diagnostics).toEqual([
      {
        code: "InvalidReference",
        severity: "error",
        object: { kind: "ClusterAPIPolicy", name: "base" },
        path: "spec.defaults.authentication[0].jwt.providerRef",
        message: "a cluster-scoped policy refers to cluster-scoped kinds alone",
        help: "write `kind: ClusterIdentityProvider`",
      },
    ]);
  });

  it("whose selector cannot be read is for every namespace", async () => {
    expect(await verdictIn(cluster("guard", `namespaceSelector: 7, overrides: { ${ALLOW} }`), { peer: "a/b" })).toBe(
      "policy_invalid guard",
    );
  });

  it("in Shadow is tried with overrides and defaults at once", async () => {
    const world = cluster("next", `mode: Shadow, overrides: { ${DENY_POST} }, defaults: { ${ALLOW} }`);
    expect(await decideIn(world, { peer: "a/b", method: "POST" })).toMatchObject({
      reason: "no_policy",
      shadows: [{ policy: "next", verdict: "deny", reason: "denied_by_rule", rule: "no-post" }],
    });
    expect(await decideIn(world, { peer: "a/b" })).toMatchObject({
      shadows: [{ policy: "next", verdict: "allow", rule: "all" }],
    });
  });
});

describe("a candidate revision", () => {
  const enforced = policy(
    "orders",
    "rules: [{ name: none, effect: Deny, to: [{ methods: [POST] }] }, { name: all, effect: Allow }]",
  );
  const candidate = (spec: string): string => policy("orders-next", spec, '"sallyport.dev/shadow-of": orders');

  it("is tried in the place of the policy that it is for, not beside it", async () => {
    const world = `${enforced}${candidate(`mode: Shadow, ${ALLOW}`)}`;
    expect(await decideIn(world, { peer: "a/b", method: "POST" })).toMatchObject({
      reason: "denied_by_rule",
      shadows: [{ policy: "shop/orders-next", verdict: "allow", reason: "allowed", rule: "all" }],
    });
  });

  it("must be in Shadow mode", () => {
    expect(
      compileWorld(`${enforced}${candidate(ALLOW)}`).diagnostics.map(({ code, path, message }) => [code, path, message]),
    ).toEqual([
      [
        "InvalidCandidate",
        "metadata.annotations[sallyport.dev/shadow-of]",
        "a candidate for `orders` must not be enforced beside it",
      ],
    ]);
  });
});
