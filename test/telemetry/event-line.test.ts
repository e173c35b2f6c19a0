import { describe, expect, test } from "vitest";
import type { DecisionRecord } from "../../src/telemetry/decision-event.ts";
import { toDecisionEvent } from "../../src/telemetry/decision-event.ts";
import { toEventLine } from "../../src/telemetry/event-line.ts";
import { allowed, denied, request, SECRET } from "./decision-world.ts";

const record: DecisionRecord = {
  decisionId: "0123456789abcdefghij",
  decision: allowed,
  request,
  shadows: [],
  time: 0,
  durationUs: 12.4,
};
const line = (made: Partial<DecisionRecord>): unknown => toEventLine(toDecisionEvent({ ...record, ...made }));

describe("the line of a decision", () => {
  test("tells an allow with its identities and template, and no path", () => {
    expect(line({})).toEqual({
      decision_id: "0123456789abcdefghij",
      time: "1970-01-01T00:00:00.000Z",
      target: "workload shop/orders",
      decision: "allow",
      status: 200,
      reason: "allowed",
      policy: "shop/orders",
      rule: "read",
      peer: "spiffe://cluster.local/ns/shop/sa/frontend",
      identities: [
        { method: "shop/orders#users", kind: "jwt", provider: "shop/corp", subject: "alice" },
        { method: "shop/orders#guests", kind: "anonymous" },
      ],
      method: "GET",
      path_template: "/api/v1/orders/{id}",
      audits: [{ policy: "shop/orders", rule: "watch" }],
      duration_us: 12,
    });
  });

  test("tells a denial with the path up to its parameters, and what Shadow policies would have done", () => {
    const shadows = [{ policy: "shop/next", verdict: "allow", reason: "allowed", rule: "read" } as const];
    expect(line({ decision: { ...denied, credentials: [], peer: undefined }, shadows })).toEqual({
      decision_id: "0123456789abcdefghij",
      time: "1970-01-01T00:00:00.000Z",
      target: "workload shop/orders",
      decision: "deny",
      status: 403,
      reason: "no_rule_matched",
      policy: "shop/orders",
      method: "GET",
      path: "/api/v1/orders/42",
      shadows: [{ policy: "shop/next", would: "allow", reason: "allowed", rule: "read" }],
      duration_us: 12,
    });
  });

  test("tells a call that could not be decoded", () => {
    const { evaluation: _evaluation, ...rest } = denied;
    const decision = {
      ...rest,
      evaluation: undefined,
      reason: "request_undecodable",
      target: "",
      policy: undefined,
      peer: undefined,
    } as const;
    expect(line({ decision: { ...decision, credentials: [] }, request: undefined })).toEqual({
      decision_id: "0123456789abcdefghij",
      time: "1970-01-01T00:00:00.000Z",
      target: "",
      decision: "deny",
      status: 403,
      reason: "request_undecodable",
      method: "",
      duration_us: 12,
    });
  });

  test("never holds a secret, wherever the request, the policy or the answer carry one", () => {
    expect(JSON.stringify([line({}), line({ decision: denied })])).not.toContain(SECRET);
  });

  test("bounds and cleans what a caller wrote (B102)", () => {
    const hostile = { ...request, method: `GET\n${"X".repeat(100)}`, path: `/${"a/".repeat(5_000)}` };
    const told = toEventLine(toDecisionEvent({ ...record, decision: denied, request: hostile }));
    expect([told.method, told.path?.length]).toEqual([`GET\\u{a}${"X".repeat(28)}…`, 257]);
  });
});
