import type { Decision, ShadowOutcome } from "../policy/model/decision.ts";
import type { PolicyPlan } from "../policy/model/plan.ts";
import type { Reason } from "../policy/model/reason.ts";
import type { DecisionRecord } from "./decision-event.ts";
import type { EventLog } from "./event-log.ts";
import type { Metrics } from "./metrics.ts";

export interface DecisionRecorder {
  /** Counts a decision and offers it to the event log. Never throws and never waits; shadows that are still being decided are told when they are. */
  record(made: Omit<DecisionRecord, "shadows">): void;
}

/** The side on which decisions fall off the calling path. Counters are bound once for each policy of a plan, and go with it. */
export function createDecisionRecorder(deps: {
  readonly metrics: Pick<Metrics, "bindDecision" | "bindShadow" | "bindAudit" | "observeDuration">;
  readonly events: Pick<EventLog<DecisionRecord>, "record">;
}): DecisionRecorder {
  const { metrics, events } = deps;
  const withPolicy = new WeakMap<PolicyPlan, Map<Reason, () => void>>();
  const withoutPolicy = new Map<Reason, () => void>();
  const auditsOf = new WeakMap<PolicyPlan, () => void>();

  function count({ policy, reason, answer }: Decision): void {
    let counters = withoutPolicy;
    if (policy !== undefined) {
      counters = withPolicy.get(policy) ?? new Map();
      withPolicy.set(policy, counters);
    }
    const counter = counters.get(reason) ?? metrics.bindDecision(policy?.key, answer.kind, reason);
    counters.set(reason, counter);
    counter();
  }

  function countAudit(policy: PolicyPlan): void {
    const counter = auditsOf.get(policy) ?? metrics.bindAudit(policy.key);
    auditsOf.set(policy, counter);
    counter();
  }

  function finish(made: Omit<DecisionRecord, "shadows">, shadows: readonly ShadowOutcome[]): void {
    for (const { policy, verdict } of shadows) metrics.bindShadow(policy, verdict)();
    events.record(made.decision.answer.kind === "deny", { ...made, shadows });
  }

  return {
    record(made) {
      const { decision, durationUs } = made;
      count(decision);
      metrics.observeDuration(durationUs);
      for (const { policy } of decision.audits) countAudit(policy);
      if (!(decision.shadows instanceof Promise)) {
        finish(made, decision.shadows);
        return;
      }
      // A shadow that fails changes nothing but what is told of it.
      decision.shadows.then(
        (shadows) => finish(made, shadows),
        () => finish(made, []),
      );
    },
  };
}
