import { describe, expect, test } from "vitest";
import { mutantsOf } from "../../../src/policy/coverage/mutants.ts";
import type { Policy } from "../../../src/policy/coverage/policy-rules.ts";
import { snapshotOf } from "../world.ts";

function policyOf(spec: string, kind = "APIPolicy"): Policy {
  const metadata = kind === "APIPolicy" ? "{ name: orders, namespace: shop }" : "{ name: orders }";
  const { policies, clusterPolicies } = snapshotOf(`
apiVersion: sallyport.dev/v1alpha1
kind: ${kind}
metadata: ${metadata}
spec: ${spec}
`);
  const policy = [...policies, ...clusterPolicies][0];
  expect(policy?.faults).toEqual([]);
  return policy as Policy;
}

/** Each mutant's name, place and the rules it leaves. */
function mutants(spec: string, kind?: string): readonly (readonly [string, string, string])[] {
  return [...mutantsOf(policyOf(spec, kind))].map(({ id, path, policy }) => [
    id,
    path,
    JSON.stringify(policy.kind === "APIPolicy" ? policy.spec.rules : [policy.spec.overrides?.rules, policy.spec.defaults?.rules]),
  ]);
}

describe("the mutants of a policy", () => {
  test("drop a rule and turn its effect around", () => {
    expect(mutants("{ rules: [{ name: a, effect: Allow }, { name: b, effect: Deny }, { name: c, effect: Audit }] }")).toEqual([
      ["shop/orders a drop", "spec.rules[0]", '[{"name":"b","effect":"Deny"},{"name":"c","effect":"Audit"}]'],
      [
        "shop/orders a effect deny",
        "spec.rules[0].effect",
        '[{"name":"a","effect":"Deny"},{"name":"b","effect":"Deny"},{"name":"c","effect":"Audit"}]',
      ],
      ["shop/orders b drop", "spec.rules[1]", '[{"name":"a","effect":"Allow"},{"name":"c","effect":"Audit"}]'],
      [
        "shop/orders b effect allow",
        "spec.rules[1].effect",
        '[{"name":"a","effect":"Allow"},{"name":"b","effect":"Allow"},{"name":"c","effect":"Audit"}]',
      ],
      ["shop/orders c drop", "spec.rules[2]", '[{"name":"a","effect":"Allow"},{"name":"b","effect":"Deny"}]'],
    ]);
  });

  test("drop and negate each field, and drop each of its values", () => {
    const changes = mutants("{ rules: [{ name: a, effect: Allow, to: [{ methods: [GET, PUT], notPaths: [/x] }] }] }").slice(2);
    expect(changes.map(([id, path, rules]) => [id, path, JSON.stringify(JSON.parse(rules)[0].to)])).toEqual([
      ["shop/orders a to[0].methods drop", "spec.rules[0].to[0].methods", '[{"notPaths":["/x"]}]'],
      ["shop/orders a to[0].methods negate", "spec.rules[0].to[0].methods", '[{"notPaths":["/x"],"notMethods":["GET","PUT"]}]'],
      ["shop/orders a to[0].methods[0] drop GET", "spec.rules[0].to[0].methods[0]", '[{"methods":["PUT"],"notPaths":["/x"]}]'],
      ["shop/orders a to[0].methods[1] drop PUT", "spec.rules[0].to[0].methods[1]", '[{"methods":["GET"],"notPaths":["/x"]}]'],
      ["shop/orders a to[0].notPaths drop", "spec.rules[0].to[0].notPaths", '[{"methods":["GET","PUT"]}]'],
      ["shop/orders a to[0].notPaths negate", "spec.rules[0].to[0].notPaths", '[{"methods":["GET","PUT"],"paths":["/x"]}]'],
    ]);
  });

  test("join a negated field with its twin, where that stands beside it", () => {
    const changes = mutants(
      "{ rules: [{ name: a, effect: Deny, to: [{ paths: [/x], notPaths: [/y], caseInsensitive: true }] }] }",
    );
    expect(changes.slice(2).map(([id, , rules]) => [id, JSON.stringify(JSON.parse(rules)[0].to[0])])).toEqual([
      ["shop/orders a to[0].paths drop", '{"notPaths":["/y"],"caseInsensitive":true}'],
      ["shop/orders a to[0].paths negate", '{"notPaths":["/y","/x"],"caseInsensitive":true}'],
      ["shop/orders a to[0].notPaths drop", '{"paths":["/x"],"caseInsensitive":true}'],
      ["shop/orders a to[0].notPaths negate", '{"paths":["/x","/y"],"caseInsensitive":true}'],
      ["shop/orders a to[0].caseInsensitive drop", '{"paths":["/x"],"notPaths":["/y"]}'],
    ]);
  });

  test("drop an entry of several, and change claims one by one", () => {
    const claims = "claims: [{ claim: tenant, values: [blue, red] }, { claim: team, values: [a] }]";
    const changes = mutants(`{ rules: [{ name: a, effect: Allow, from: [{ ${claims} }, { subjects: [s] }] }] }`).slice(2);
    expect(
      changes.map(([id, , rules]) => [id.slice("shop/orders a ".length), JSON.stringify(JSON.parse(rules)[0].from)]),
    ).toEqual([
      ["from[0] drop", '[{"subjects":["s"]}]'],
      ["from[0].claims[0] drop", '[{"claims":[{"claim":"team","values":["a"]}]},{"subjects":["s"]}]'],
      [
        "from[0].claims[0] negate",
        '[{"claims":[{"claim":"team","values":["a"]}],"notClaims":[{"claim":"tenant","values":["blue","red"]}]},{"subjects":["s"]}]',
      ],
      [
        "from[0].claims[0].values[0] drop blue",
        '[{"claims":[{"claim":"tenant","values":["red"]},{"claim":"team","values":["a"]}]},{"subjects":["s"]}]',
      ],
      [
        "from[0].claims[0].values[1] drop red",
        '[{"claims":[{"claim":"tenant","values":["blue"]},{"claim":"team","values":["a"]}]},{"subjects":["s"]}]',
      ],
      ["from[0].claims[1] drop", '[{"claims":[{"claim":"tenant","values":["blue","red"]}]},{"subjects":["s"]}]'],
      [
        "from[0].claims[1] negate",
        '[{"claims":[{"claim":"tenant","values":["blue","red"]}],"notClaims":[{"claim":"team","values":["a"]}]},{"subjects":["s"]}]',
      ],
      [
        "from[1] drop",
        `[{${JSON.stringify({
          claims: [
            { claim: "tenant", values: ["blue", "red"] },
            { claim: "team", values: ["a"] },
          ],
        }).slice(1, -1)}}]`,
      ],
      ["from[1].subjects drop", '[{"claims":[{"claim":"tenant","values":["blue","red"]},{"claim":"team","values":["a"]}]},{}]'],
      [
        "from[1].subjects negate",
        '[{"claims":[{"claim":"tenant","values":["blue","red"]},{"claim":"team","values":["a"]}]},{"notSubjects":["s"]}]',
      ],
    ]);
  });

  test("drop and negate conditions, comments at their end included", () => {
    const conditions = '[{ expression: "true // always" }, { expression: "1 == 1" }]';
    const changes = mutants(`{ rules: [{ name: a, effect: Allow, when: ${conditions} }] }`).slice(2);
    expect(changes.map(([id, , rules]) => [id, JSON.parse(rules)[0].when])).toEqual([
      ["shop/orders a when[0].expression drop", [{ expression: "1 == 1" }]],
      ["shop/orders a when[0].expression negate", [{ expression: "!(true // always\n)" }, { expression: "1 == 1" }]],
      ["shop/orders a when[1].expression drop", [{ expression: "true // always" }]],
      ["shop/orders a when[1].expression negate", [{ expression: "true // always" }, { expression: "!(1 == 1\n)" }]],
    ]);
  });

  test("of a cluster's policy are those of both its sections", () => {
    const spec = "{ overrides: { rules: [{ name: a, effect: Deny }] }, defaults: { rules: [{ name: a, effect: Allow }] } }";
    expect(mutants(spec, "ClusterAPIPolicy")).toEqual([
      ["orders a drop", "spec.overrides.rules[0]", '[[],[{"name":"a","effect":"Allow"}]]'],
      [
        "orders a effect allow",
        "spec.overrides.rules[0].effect",
        '[[{"name":"a","effect":"Allow"}],[{"name":"a","effect":"Allow"}]]',
      ],
      ["orders a drop", "spec.defaults.rules[0]", '[[{"name":"a","effect":"Deny"}],[]]'],
      [
        "orders a effect deny",
        "spec.defaults.rules[0].effect",
        '[[{"name":"a","effect":"Deny"}],[{"name":"a","effect":"Deny"}]]',
      ],
    ]);
  });
});

describe("a mutant that could change nothing", () => {
  const key = (name: string): string =>
    `{ name: ${name}, apiKey: { selector: { matchLabels: { a: b } }, from: [{ header: x-${name} }] } }`;
  const dropped = (methods: readonly string[], entry: string, effect = "Allow"): boolean =>
    mutants(`{ authentication: [${methods.join(", ")}], rules: [{ name: a, effect: ${effect}, from: [${entry}] }] }`).some(
      ([id]) => id === "shop/orders a from[0].authentication drop",
    );

  test("is left out where `authentication` names every method and nobody else gets that far", () => {
    expect(dropped([key("one")], "{ authentication: [one], scopes: [s] }")).toBe(false);
    expect(dropped([key("one"), key("two")], "{ authentication: [two, one] }")).toBe(false);
  });

  test("is kept where another credential, a workload, the anonymous or a Deny gets that far", () => {
    expect(dropped([key("one"), key("two")], "{ authentication: [one] }")).toBe(true);
    expect(dropped([key("one")], "{ authentication: [one], namespaces: [shop] }")).toBe(true);
    expect(dropped([key("one"), "{ name: any, anonymous: {} }"], "{ authentication: [one, any] }")).toBe(true);
    expect(dropped([key("one")], "{ authentication: [one] }", "Deny")).toBe(true);
  });
});
