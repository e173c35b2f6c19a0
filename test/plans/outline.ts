import type { PolicyPlan, RulePlan, TargetPlan } from "../../src/policy/model/plan.ts";

/** A compiled target as plain data: everything that decides, nothing that computes. */
export function outlineTarget(target: TargetPlan | undefined): unknown {
  if (target === undefined) return null;
  const { peer, locations, forward } = target;
  return {
    peer: { required: peer.required, trustDomains: peer.trustDomains === undefined ? "any" : [...peer.trustDomains] },
    credentials: locations.map(
      ({ in: place, name, readers }) => `${place} ${name}: ${readers.map(({ method }) => method.id).join(", ")}`,
    ),
    forward: {
      removeHeaders: forward.removeHeaders,
      removeQueryParameters: forward.removeQueryParameters,
      removeCookies: forward.removeCookies,
      claimHeaders: forward.claimHeaders,
    },
    overrides: target.overrides.map(outlinePolicy),
    rest: target.rest.map(outlinePolicy),
    shadows: target.shadows.map(({ policy, plan }) => ({
      policy,
      policies: plan.policies.map(({ key, tier }) => `${tier} ${key}`),
    })),
  };
}

function outlinePolicy(policy: PolicyPlan): unknown {
  return {
    policy: policy.key,
    invalid: policy.invalid,
    methods: policy.methods.map(({ name, kind }) => `${name}: ${kind}`),
    rules: [...policy.deny, ...policy.allow, ...policy.audit].map(outlineRule),
    unauthorized: policy.unauthorized ?? "default",
  };
}

function outlineRule(rule: RulePlan): unknown {
  const predicates = [
    ...rule.from.flatMap((entry) => entry.predicates),
    ...rule.to.flatMap((entry) => entry.predicates),
    ...rule.when,
  ];
  return {
    [`${rule.effect} ${rule.name}`]: predicates.map(
      ({ field, wanted, needsCredential }) => `${field}: ${wanted}${needsCredential ? " (credential)" : ""}`,
    ),
  };
}
