import type { Decision } from "../model/decision.ts";
import type { Plan, PolicyPlan, RulePlan, TargetPlan } from "../model/plan.ts";
import type { Request } from "../model/request.ts";
import type { DecisionTrace, ExplainReport, PartOutcome, PartTrace, PolicyTrace, RuleTrace } from "../model/trace.ts";
import { FALSE, TRUE, type Tri } from "../model/tri.ts";
import { Frame } from "./apply-rules.ts";
import { NO_CREDENTIALS, type SettledAuthentication } from "./authenticate.ts";
import { type DecisionPorts, decide } from "./decide.ts";
import type { Recorder } from "./recorder.ts";
import type { RequestFacts } from "./request-facts.ts";
import { evaluateRule } from "./rules.ts";
import { allowViews, denyViews, type View } from "./views.ts";

/** Decides as always, and tells why: every policy that was considered, every rule and what each of its parts made of the request. */
export async function explain(plan: Plan, request: Request, ports: DecisionPorts): Promise<ExplainReport> {
  const recorder: Recorder = { credentials: [] };
  const decision = await decide(plan, request, ports, recorder);
  return {
    decision: decision.answer.kind,
    status: decision.answer.kind === "deny" ? decision.answer.status : 200,
    reason: decision.reason,
    ...(decision.detail === undefined ? {} : { detail: decision.detail }),
    ...(decision.policy === undefined ? {} : { policy: decision.policy.key }),
    ...(decision.rule === undefined ? {} : { rule: decision.rule.name }),
    trace: traceOf(decision, recorder),
  };
}

function traceOf(decision: Decision, { target, facts, authentication, credentials }: Recorder): DecisionTrace {
  if (target === undefined || facts === undefined) return { target: decision.target, policies: [] };
  const policies = everyPolicy(target).map(
    (policy): PolicyTrace => ({
      policy: `${policy.kind} ${policy.key}`,
      mode: policy.mode,
      credentials: credentials.filter(({ method }) => policy.methods.some(({ id }) => id === method)),
      rules: [...policy.deny, ...policy.allow, ...policy.audit].map((rule) =>
        traceRule(rule, policy, facts, authentication ?? NO_CREDENTIALS),
      ),
    }),
  );
  return { target: decision.target, policies };
}

/** The policies of a trace, in its order: those that are enforced, then each that is in Shadow. */
export function everyPolicy(target: TargetPlan): PolicyPlan[] {
  return [
    ...target.policies,
    ...target.shadows.flatMap(({ plan }) => plan.policies.filter(({ mode }) => mode === "Shadow").slice(-1)),
  ];
}

/** The rule in the reading and for the identity in which it came closest to a match. */
function traceRule(rule: RulePlan, policy: PolicyPlan, facts: RequestFacts, authentication: SettledAuthentication): RuleTrace {
  const deny = rule.effect === "Deny";
  const { admission, views } = deny
    ? { admission: "open" as const, views: denyViews(policy, authentication) }
    : allowViews(policy, authentication);
  const readings = deny ? facts.denyReadings : facts.allowReadings;
  const tries = (views.length > 0 ? views : NOBODY).flatMap((view) =>
    readings.map((reading) => {
      const frame = new Frame(facts).as(view);
      frame.reading = reading;
      const value = views.length > 0 ? evaluateRule(rule, frame, admission) : FALSE;
      return { value, parts: traceParts(rule, frame) };
    }),
  );
  // A Deny matches in any reading and an Allow must in all of one view; the telling try is the strongest for one and the weakest for the other.
  const ordered = [...tries].sort((left, right) => left.value - right.value || score(left.parts) - score(right.parts));
  const told = deny || views.length > 1 ? ordered.at(-1) : ordered[0];
  return { rule: rule.name, effect: rule.effect, outcome: outcomeOf(told?.value ?? FALSE), parts: told?.parts ?? [] };
}

const NOBODY: readonly View[] = [{ identity: undefined, methodNames: [] }];

function traceParts(rule: RulePlan, frame: Frame): PartTrace[] {
  const predicates = [
    ...rule.from.flatMap((entry) => entry.predicates),
    ...rule.to.flatMap((entry) => entry.predicates),
    ...rule.when,
  ];
  return predicates.map((predicate) => ({
    part: predicate.field,
    outcome: outcomeOf(predicate.test(frame)),
    wanted: predicate.wanted,
    got: predicate.got(frame),
  }));
}

function score(parts: readonly PartTrace[]): number {
  return parts.filter(({ outcome }) => outcome === "matched").length;
}

function outcomeOf(value: Tri): PartOutcome {
  return value === TRUE ? "matched" : value === FALSE ? "not matched" : "unknown";
}
