import { describe, expect, test } from "vitest";
import type { Decision, ShadowOutcome } from "../../src/policy/model/decision.ts";
import type { DecisionRecord } from "../../src/telemetry/decision-event.ts";
import { createDecisionRecorder, type DecisionRecorder } from "../../src/telemetry/recorder.ts";
import { allowed, denied, request } from "./decision-world.ts";

interface World {
  readonly recorder: DecisionRecorder;
  readonly told: string[];
  readonly events: (readonly [denied: boolean, event: DecisionRecord])[];
}

function world(admits = true): World {
  const asked: boolean[] = [];
  const told: string[] = [];
  const events: (readonly [boolean, DecisionRecord])[] = [];
  const bind = (name: string) => {
    told.push(`bind ${name}`);
    return () => void told.push(name);
  };
  const recorder = createDecisionRecorder({
    metrics: {
      bindDecision: (policy, decision, reason) => bind(`decision ${policy} ${decision} ${reason}`),
      bindShadow: (policy, would) => bind(`shadow ${policy} ${would}`),
      bindAudit: (policy) => bind(`audit ${policy}`),
      observeDuration: (durationUs) => void told.push(`duration ${durationUs}`),
    },
    events: {
      admits(denied) {
        asked.push(denied);
        return admits;
      },
      keep: (event) => void events.push([asked.at(-1) ?? false, event]),
    },
    now: () => 1,
  });
  return { recorder, told, events };
}

const made = { decisionId: "id", request, time: 1, durationUs: 12 };
const record = (recorder: DecisionRecorder, decision: Decision): void => recorder.record("id", decision, request, 12);
const shadow: ShadowOutcome = { policy: "shop/next", verdict: "deny", reason: "no_rule_matched", rule: undefined };

describe("the recorder", () => {
  test("counts a decision, its audits and its duration, and offers the event", () => {
    const { recorder, told, events } = world();
    record(recorder, allowed);
    expect(told).toEqual([
      "bind decision shop/orders allow allowed",
      "decision shop/orders allow allowed",
      "duration 12",
      "bind audit shop/orders",
      "audit shop/orders",
    ]);
    expect(events).toEqual([[false, { ...made, decision: allowed, shadows: [] }]]);
  });

  test("counts a decision whose event the log does not want", () => {
    const { recorder, told, events } = world(false);
    record(recorder, denied);
    expect(told).toEqual([
      "bind decision shop/orders deny no_rule_matched",
      "decision shop/orders deny no_rule_matched",
      "duration 12",
    ]);
    expect(events).toEqual([]);
  });

  test("binds each counter once", () => {
    const { recorder, told } = world();
    const refused = { ...denied, policy: undefined, reason: "no_policy" } as const;
    for (const decision of [denied, denied, refused, refused]) record(recorder, decision);
    expect(told.filter((entry) => entry !== "duration 12")).toEqual([
      "bind decision shop/orders deny no_rule_matched",
      "decision shop/orders deny no_rule_matched",
      "decision shop/orders deny no_rule_matched",
      "bind decision undefined deny no_policy",
      "decision undefined deny no_policy",
      "decision undefined deny no_policy",
    ]);
  });

  test("tells a shadow that is still being decided once it is, and the decision even if the shadow fails", async () => {
    const { recorder, told, events } = world();
    const settled: Promise<readonly ShadowOutcome[]> = Promise.resolve([shadow]);
    const broken: Promise<readonly ShadowOutcome[]> = Promise.reject(new Error("lost"));
    record(recorder, { ...denied, shadows: settled });
    record(recorder, { ...denied, shadows: broken });
    expect(events).toEqual([]);
    await Promise.allSettled([settled, broken]);
    expect(told.filter((entry) => entry.includes("shadow"))).toEqual(["bind shadow shop/next deny", "shadow shop/next deny"]);
    expect(events.map(([isDenied, event]) => [isDenied, event.shadows])).toEqual([
      [true, [shadow]],
      [true, []],
    ]);
  });
});
