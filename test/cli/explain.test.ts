import { describe, expect, test } from "vitest";
import { renderExplain } from "../../src/cli/explain-text.ts";
import { missDistance, nearestFirst } from "../../src/cli/nearest-miss.ts";
import { createStyle } from "../../src/cli/style.ts";
import type { ExplainReport, PartOutcome, RuleTrace } from "../../src/policy/model/trace.ts";

const plain = createStyle(false);

function rule(name: string, parts: Readonly<Record<string, PartOutcome>>, outcome: PartOutcome = "not matched"): RuleTrace {
  const told = Object.entries(parts).map(([part, partOutcome]) => ({
    part,
    outcome: partOutcome,
    wanted: "this",
    got: partOutcome === "unknown" ? "" : "that",
  }));
  return { rule: name, effect: "Allow", outcome, parts: told };
}

describe("how near a rule came", () => {
  for (const [what, parts, distance] of [
    ["a rule without parts", {}, 0],
    ["one that matches", { "from[0].namespaces": "matched", "to[0].methods": "matched" }, 0],
    ["one wrong method", { "from[0].namespaces": "matched", "to[0].methods": "not matched" }, 1],
    ["a missing fact", { "from[0].namespaces": "unknown" }, 0.5],
    ["the best of several entries", { "from[0].a": "not matched", "from[0].b": "not matched", "from[1].a": "unknown" }, 0.5],
    ["every expression", { "when[0].expression": "not matched", "when[1].expression": "unknown" }, 1.5],
    [
      "from, to and when together",
      { "from[0].a": "not matched", "to[0].a": "not matched", "when[0].expression": "not matched" },
      3,
    ],
  ] as const) {
    test(`counts ${what}`, () => expect(missDistance(rule("r", parts))).toBe(distance));
  }

  test("orders rules: the deciding one, what matched, the Allow that came nearest, and the rest", () => {
    const far = rule("far", { "from[0].a": "not matched", "to[0].a": "not matched" });
    const near = rule("near", { "to[0].a": "not matched" });
    const alsoNear = rule("also-near", { "to[0].a": "not matched" });
    const matched = rule("matched", {}, "matched");
    const closed: RuleTrace = { ...rule("closed", { "to[0].a": "not matched" }), effect: "Deny" };
    const decides = { ...rule("decides", {}, "matched"), effect: "Deny" } as const;
    const report: ExplainReport = {
      decision: "deny",
      status: 403,
      reason: "denied_by_rule",
      policy: "shop/second",
      rule: "decides",
      trace: {
        target: "workload shop/orders",
        policies: [
          { policy: "APIPolicy shop/first", mode: "Enforce", credentials: [], rules: [rule("decides", {}, "matched")] },
          {
            policy: "APIPolicy shop/second",
            mode: "Enforce",
            credentials: [],
            rules: [closed, far, near, matched, alsoNear, decides],
          },
        ],
      },
    };
    expect(nearestFirst(report).map(({ policy, rules }) => [policy, rules.map((entry) => entry.rule)])).toEqual([
      ["APIPolicy shop/second", ["decides", "matched", "near", "also-near", "far", "closed"]],
      ["APIPolicy shop/first", ["decides"]],
    ]);
  });
});

const DENIED: ExplainReport = {
  decision: "deny",
  status: 401,
  reason: "token_expired",
  detail: "it expired 3 minutes ago",
  trace: {
    target: "workload shop/orders",
    policies: [
      {
        policy: "APIPolicy shop/orders",
        mode: "Enforce",
        credentials: [
          {
            method: "users",
            location: "header authorization",
            outcome: "refused",
            reason: "token_expired",
            detail: "it expired 3 minutes ago",
          },
          { method: "partners", location: "header x-api-key", outcome: "absent", detail: "" },
        ],
        rules: [
          {
            rule: "admin",
            effect: "Allow",
            outcome: "not matched",
            parts: [
              { part: "from[0].serviceAccounts", outcome: "not matched", wanted: "shop/admin", got: "shop/front\u001b[2Jend" },
              { part: "from[0].scopes", outcome: "unknown", wanted: "orders.write", got: "" },
            ],
          },
          {
            rule: "read",
            effect: "Allow",
            outcome: "not matched",
            parts: [
              { part: "from[0].serviceAccounts", outcome: "matched", wanted: "shop/frontend", got: "shop/frontend" },
              { part: "to[0].methods", outcome: "not matched", wanted: "GET", got: "POST" },
            ],
          },
        ],
      },
      { policy: "APIPolicy shop/next", mode: "Shadow", credentials: [], rules: [] },
    ],
  },
};

describe("explain", () => {
  test("tells a denial, what each rule lacked, and the nearest miss first", () => {
    expect(renderExplain(DENIED, "text", plain)).toEqual({
      exitCode: 0,
      stdout: `deny 401 token_expired: the token has expired
  detail  it expired 3 minutes ago
  target  workload shop/orders
  policy  none
  rule    none

APIPolicy shop/orders
  credentials
    refused   users in header authorization: token_expired: it expired 3 minutes ago
    absent    partners in header x-api-key
  rules, nearest first
    - Allow read: not matched
      + from[0].serviceAccounts  shop/frontend
      - to[0].methods            wanted GET, got POST
    - Allow admin: not matched
      - from[0].serviceAccounts  wanted shop/admin, got shop/front\\u{1b}[2Jend
      ? from[0].scopes           wanted orders.write, got nothing

APIPolicy shop/next (Shadow: changes nothing)
  no rules
`,
      stderr: "",
    });
  });

  test("tells the rule that decides", () => {
    const report: ExplainReport = {
      decision: "allow",
      status: 200,
      reason: "allowed",
      policy: "shop/orders",
      rule: "all",
      trace: {
        target: "workload shop/orders",
        policies: [{ policy: "APIPolicy shop/orders", mode: "Enforce", credentials: [], rules: [rule("all", {}, "matched")] }],
      },
    };
    expect(renderExplain(report, "text", plain).stdout).toBe(`allow allowed: an Allow rule matched and no Deny rule did
  target  workload shop/orders
  policy  shop/orders
  rule    all

APIPolicy shop/orders
  rules, nearest first
    + Allow all: matched, decides, for it has no parts
`);
  });

  test("gives programs the same, each name always there", () => {
    const { exitCode, stdout } = renderExplain(DENIED, "json", plain);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { ...DENIED, policy: null, rule: null }]);
  });
});
