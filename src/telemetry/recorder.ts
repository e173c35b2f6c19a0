import type { Decision, ShadowOutcome } from "../policy/model/decision.ts";
import type { PolicyPlan } from "../policy/model/plan.ts";
import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";
import type { DecisionRecord } from "./decision-event.ts";
import type { EventLog } from "./event-log.ts";
import type { Metrics } from "./metrics.ts";

export interface DecisionRecorder {
  /**
   * Counts a decision and offers it to the event log. Never throws and never waits; shadows that are still being decided are told when they are.
   * `request` is absent where the call could not be decoded; the duration is in microseconds.
   */
  record(decisionId: string, decision: Decision, request: Request | undefined, durationUs: number): void;
}

/** The side on which decisions fall off the calling path. Counters are bound once for each policy of a plan, and go with it. */
export function createDecisionRecorder(deps: {
  readonly metrics: Pick<Metrics, "bindDecision" | "bindShadow" | "bindAudit" | "observeDuration">;
  readonly events: Pick<EventLog<DecisionRecord>, "admits" | "keep">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): DecisionRecorder {
  const { metrics, events, now } = deps;
  const withPolicy = new WeakMap<PolicyPlan, Map<Reason, () => void>>();
  const withoutPolicy = new Map<Reason, () => void>();
  const auditsOf = new WeakMap<PolicyPlan, () => void>();

  function count({ policy, reason, answer }: Decision): void {
    let counters = policy === undefined ? withoutPolicy : withPolicy.get(policy);
    if (counters === undefined) {
      counters = new Map();
      if (policy !== undefined) withPolicy.set(policy, counters);
    }
    let counter = counters.get(reason);
    if (counter === undefined) {
      counter = metrics.bindDecision(policy?.key, answer.kind, reason);
      counters.set(reason, counter);
    }
    counter();
  }

  function countAudit(policy: PolicyPlan): void {
    const counter = auditsOf.get(policy) ?? metrics.bindAudit(policy.key);
    auditsOf.set(policy, counter);
    counter();
  }

  return {
    record(decisionId, decision, request, durationUs) {
      count(decision);
      metrics.observeDuration(durationUs);
      for (const { policy } of decision.audits) countAudit(policy);
      const finish = (shadows: readonly ShadowOutcome[]): void => {
        for (const { policy, verdict } of shadows) metrics.bindShadow(policy, verdict)();
        if (!events.admits(decision.answer.kind === "deny")) return;
        events.keep({ decisionId, decision, request, shadows, time: now(), durationUs });
      };
      const { shadows } = decision;
      if (!(shadows instanceof Promise)) finish(shadows);
      // A shadow that fails changes nothing but what is told of it.
      else shadows.then(finish, () => finish([]));
    },
  };
}
