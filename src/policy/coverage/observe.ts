import type { EntryPlan, Plan, PolicyPlan, Predicate, RulePlan, TargetPlan } from "../model/plan.ts";
import { ruleKey, type Tally } from "./tally.ts";

/**
 * The same plan, with every matcher reporting to `tally` what it said. The plan that decides live traffic is never wrapped, so being
 * observed costs it nothing.
 */
export function observePlan(plan: Plan, tally: Tally): Plan {
  const policies = new Map<PolicyPlan, PolicyPlan>();
  const targets = new Map<TargetPlan, TargetPlan>();

  const policy = (original: PolicyPlan): PolicyPlan => {
    let wrapped = policies.get(original);
    if (wrapped === undefined) {
      wrapped = observePolicy(original, tally);
      policies.set(original, wrapped);
    }
    return wrapped;
  };
  const target = (original: TargetPlan | undefined): TargetPlan | undefined => {
    if (original === undefined) return undefined;
    let wrapped = targets.get(original);
    if (wrapped === undefined) {
      wrapped = {
        ...original,
        policies: original.policies.map(policy),
        overrides: original.overrides.map(policy),
        rest: original.rest.map(policy),
        shadows: original.shadows.map((shadow) => ({ ...shadow, plan: target(shadow.plan) ?? shadow.plan })),
      };
      targets.set(original, wrapped);
    }
    return wrapped;
  };
  return {
    ...plan,
    forWorkload: (namespace, labels, labelsKey) => target(plan.forWorkload(namespace, labels, labelsKey)),
    forRoute: (kind, namespace, name) => target(plan.forRoute(kind, namespace, name)),
    forHost: (host) => target(plan.forHost(host)),
  };
}

function observePolicy(original: PolicyPlan, tally: Tally): PolicyPlan {
  const allow: RulePlan[] = [];
  const deny: RulePlan[] = [];
  const audit: RulePlan[] = [];
  const policy: PolicyPlan = { ...original, allow, deny, audit };
  allow.push(...original.allow.map((rule) => observeRule(rule, policy, tally)));
  deny.push(...original.deny.map((rule) => observeRule(rule, policy, tally)));
  audit.push(...original.audit.map((rule) => observeRule(rule, policy, tally)));
  return policy;
}

function observeRule(original: RulePlan, policy: PolicyPlan, tally: Tally): RulePlan {
  const count = tally.rule(ruleKey(policy, original.name));
  const observe = (predicate: Predicate): Predicate => {
    const seen = tally.part(count, predicate.field);
    return {
      field: predicate.field,
      needsCredential: predicate.needsCredential,
      wanted: predicate.wanted,
      got: (evaluation) => predicate.got(evaluation),
      test(evaluation) {
        const outcome = predicate.test(evaluation);
        seen(outcome);
        return outcome;
      },
    };
  };
  const entry = (entryPlan: EntryPlan): EntryPlan => ({ ...entryPlan, predicates: entryPlan.predicates.map(observe) });
  return {
    ...original,
    policy,
    from: original.from.map(entry),
    to: original.to.map(entry),
    when: original.when.map(observe),
    pathTemplate: (evaluation) => original.pathTemplate(evaluation),
  };
}
