import { describe, expect, test } from "vitest";
import { addCoverage, coverageOf, coverageTotals, type RuleCoverage } from "../../../src/policy/coverage/coverage.ts";
import { observePlan } from "../../../src/policy/coverage/observe.ts";
import { decideObserved } from "../../../src/policy/coverage/observed-decision.ts";
import { Tally } from "../../../src/policy/coverage/tally.ts";
import { decide } from "../../../src/policy/decide/decide.ts";
import { explain } from "../../../src/policy/decide/explain.ts";
import { compileWorld, mkPorts, mkRequest, type RequestParts, snapshotOf } from "../world.ts";

const policy = (name: string, spec: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop }
spec: { peer: { mtls: Optional }, ${spec} }
`;

const ORDERS = policy(
  "orders",
  `rules: [
    { name: read, effect: Allow, from: [{ serviceAccounts: [shop/frontend] }], to: [{ methods: [GET], paths: [/a] }] },
    { name: never, effect: Allow, to: [{ paths: [/never] }] },
    { name: closed, effect: Deny, to: [{ paths: [/a/secret] }] },
    { name: watch, effect: Audit, to: [{ methods: [GET] }] }
  ]`,
);

/** Decides the requests under observation and gives what was seen of each rule. */
async function covered(yaml: string, ...requests: readonly RequestParts[]): Promise<readonly RuleCoverage[]> {
  const { plan } = compileWorld(yaml);
  const tally = new Tally();
  const observed = observePlan(plan, tally);
  const ports = mkPorts();
  for (const request of requests.map(mkRequest)) {
    const { trace } = await explain(plan, request, ports);
    const decision = await decideObserved(observed, request, ports, trace, tally);
    const real = await decide(plan, request, ports);
    expect([decision.reason, decision.rule?.name, decision.answer]).toEqual([real.reason, real.rule?.name, real.answer]);
  }
  return snapshotOf(yaml).policies.flatMap((resource) => coverageOf(resource, tally));
}

const told = (rules: readonly RuleCoverage[]): unknown =>
  rules.map(({ rule, decided, matched, parts }) => [
    rule,
    decided,
    matched,
    ...parts.map((part) => `${part.part} ${part.true}/${part.false}`),
  ]);

describe("coverage", () => {
  test("counts what decided, what matched, and what each part said as far as deciding asked", async () => {
    const rules = await covered(
      ORDERS,
      { peer: "shop/frontend", path: "/a" },
      { peer: "shop/stranger", path: "/a" },
      { path: "/a" },
      { peer: "shop/frontend", path: "/a", method: "POST" },
      { peer: "shop/frontend", path: "/a/secret" },
    );
    expect(told(rules)).toEqual([
      // An unknown outcome counts with the false ones: of the three that asked for the account, one came without any.
      ["read", 1, 1, "from[0].serviceAccounts 1/2", "to[0].methods 3/1", "to[0].paths 3/0"],
      ["never", 0, 0, "to[0].paths 0/3"],
      ["closed", 1, 1, "to[0].paths 1/4"],
      ["watch", 4, 4, "to[0].methods 4/1"],
    ]);
    expect(rules[0]).toEqual({
      policy: "APIPolicy shop/orders",
      rule: "read",
      effect: "Allow",
      path: "spec.rules[0]",
      decided: 1,
      matched: 1,
      parts: [
        { part: "from[0].serviceAccounts", true: 1, false: 2, constant: false },
        { part: "to[0].methods", true: 3, false: 1, constant: false },
        { part: "to[0].paths", true: 3, false: 0, constant: false },
      ],
    });
    expect(coverageTotals(rules)).toEqual({
      rules: { covered: 3, total: 4, percent: 75 },
      parts: { covered: 10, total: 12, percent: 83 },
    });
  });

  test("tells a rule that matches behind another from one that never does", async () => {
    const rules = await covered(
      policy(
        "orders",
        "rules: [{ name: first, effect: Allow }, { name: second, effect: Allow }, { name: third, effect: Deny, to: [{ paths: [/x] }] }]",
      ),
      { path: "/a" },
    );
    expect(told(rules)).toEqual([
      ["first", 1, 1],
      ["second", 0, 1],
      ["third", 0, 0, "to[0].paths 0/1"],
    ]);
  });

  test("says nothing of rules that a decision did not get to", async () => {
    const strict = ORDERS.replace("mtls: Optional", "mtls: Required");
    expect(told(await covered(strict, { path: "/a" }))).toEqual(told(await covered(strict)));
  });

  test("of a Shadow policy is what would have decided", async () => {
    const shadow = policy(
      "next",
      "mode: Shadow, rules: [{ name: read, effect: Deny, to: [{ paths: [/a] }] }, { name: watch, effect: Audit }]",
    );
    const rules = await covered(`${shadow}---${ORDERS}`, { peer: "shop/frontend", path: "/a" });
    expect(rules.filter((rule) => rule.policy === "APIPolicy shop/next").map(({ rule, decided }) => [rule, decided])).toEqual([
      ["read", 1],
      ["watch", 1],
    ]);
    expect(rules.find((rule) => rule.policy === "APIPolicy shop/orders")).toMatchObject({ rule: "read", decided: 1 });
  });

  test("does not ask a part to be false that cannot be", async () => {
    const rules = await covered(
      policy(
        "orders",
        `authentication: [{ name: keys, apiKey: { selector: { matchLabels: { a: b } }, from: [{ header: x-key }] } }],
         rules: [{ name: read, effect: Allow, from: [{ authentication: [keys] }] }]`,
      ),
      { headers: { "x-key": "key:acme" } },
      {},
    );
    expect(rules[0]?.parts).toEqual([{ part: "from[0].authentication", true: 1, false: 0, constant: true }]);
    expect(coverageTotals(rules).parts).toEqual({ covered: 1, total: 1, percent: 100 });
  });

  test("of two runs over one rule is their sum, and of nothing is whole", async () => {
    const [one] = await covered(ORDERS, { peer: "shop/frontend", path: "/a" });
    const [other] = await covered(ORDERS, { path: "/a" });
    expect(told([addCoverage(one as RuleCoverage, other as RuleCoverage)])).toEqual([
      ["read", 1, 1, "from[0].serviceAccounts 1/1", "to[0].methods 2/0", "to[0].paths 2/0"],
    ]);
    expect(coverageTotals([])).toEqual({
      rules: { covered: 0, total: 0, percent: 100 },
      parts: { covered: 0, total: 0, percent: 100 },
    });
  });
});
