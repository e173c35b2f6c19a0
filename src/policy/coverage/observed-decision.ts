import { type DecisionPorts, decide } from "../decide/decide.ts";
import { everyPolicy } from "../decide/explain.ts";
import type { Recorder } from "../decide/recorder.ts";
import type { Decision } from "../model/decision.ts";
import type { Plan } from "../model/plan.ts";
import type { Request } from "../model/request.ts";
import type { DecisionTrace } from "../model/trace.ts";
import type { Tally } from "./tally.ts";

/**
 * Decides under a plan that `observePlan` made, and counts which rules decided, were recorded or matched. `trace` is that of the same request
 * under the same plan unobserved: it knows of the rules that another one came before.
 */
export async function decideObserved(
  observed: Plan,
  request: Request,
  ports: DecisionPorts,
  trace: DecisionTrace,
  tally: Tally,
): Promise<Decision> {
  const recorder: Recorder = { credentials: [] };
  const decision = await decide(observed, request, ports, recorder);
  if (decision.rule !== undefined) tally.decided(decision.rule);
  for (const rule of decision.audits) tally.decided(rule);
  const { target } = recorder;
  if (target === undefined) return decision;
  // A decision that was made before any rule was looked at says nothing of them.
  if (decision.evaluation !== undefined) {
    for (const [index, policy] of everyPolicy(target).entries()) {
      for (const { rule, outcome } of trace.policies[index]?.rules ?? []) if (outcome === "matched") tally.matched(policy, rule);
    }
  }
  for (const shadow of target.shadows) {
    const found = (): typeof shadow.plan => shadow.plan;
    const tried = await decide({ ...observed, forWorkload: found, forRoute: found, forHost: found }, request, ports);
    for (const rule of [...(tried.rule === undefined ? [] : [tried.rule]), ...tried.audits]) {
      if (rule.policy.mode === "Shadow") tally.decided(rule);
    }
  }
  return decision;
}
