import type { APIPolicy, Rule } from "../../api/api-policy.ts";
import type { ClusterAPIPolicy, PolicyBody } from "../../api/cluster-api-policy.ts";
import type { Tier } from "../model/plan.ts";

export type Policy = APIPolicy | ClusterAPIPolicy;

/** A rule where it is written. */
export interface WrittenRule {
  readonly tier: Tier;
  /** `spec.rules[2]`, `spec.overrides.rules[0]` */
  readonly at: string;
  readonly rule: Rule;
}

const SECTIONS = { override: "overrides", default: "defaults" } as const;

/** Every rule of a policy, both sections of a cluster's policy included, in the order of the document. */
export function writtenRules(policy: Policy): readonly WrittenRule[] {
  const from = (tier: Tier, at: string, body: PolicyBody | undefined): WrittenRule[] =>
    (body?.rules ?? []).map((rule, index) => ({ tier, at: `${at}.rules[${index}]`, rule }));
  if (policy.kind === "APIPolicy") return from("own", "spec", policy.spec);
  return (["override", "default"] as const).flatMap((tier) => from(tier, `spec.${SECTIONS[tier]}`, policy.spec[SECTIONS[tier]]));
}

/** The policy with another rule in the place of the one at `at`; without it where `rule` is absent. */
export function replaceRule(policy: Policy, at: string, rule: Rule | undefined): Policy {
  const rules = (section: string, body: PolicyBody): PolicyBody => ({
    ...body,
    rules: (body.rules ?? []).flatMap((old, index) =>
      `${section}.rules[${index}]` !== at ? [old] : rule === undefined ? [] : [rule],
    ),
  });
  if (policy.kind === "APIPolicy") return { ...policy, spec: { ...policy.spec, ...rules("spec", policy.spec) } };
  const { overrides, defaults } = policy.spec;
  return {
    ...policy,
    spec: {
      ...policy.spec,
      ...(overrides === undefined ? {} : { overrides: rules("spec.overrides", overrides) }),
      ...(defaults === undefined ? {} : { defaults: rules("spec.defaults", defaults) }),
    },
  };
}

/** Every matcher of a rule, in the order of the document, under the name of its compiled predicate: `from[0].claims[1]`, `when[0].expression`. */
export function writtenParts(rule: Rule): readonly string[] {
  const entries = (list: "from" | "to"): string[] =>
    (rule[list] ?? []).flatMap((entry, index) =>
      Object.entries(entry).flatMap(([name, value]) => partsOf(`${list}[${index}].${name}`, name, value)),
    );
  return [...entries("from"), ...entries("to"), ...(rule.when ?? []).map((_, index) => `when[${index}].expression`)];
}

function partsOf(field: string, name: string, value: unknown): readonly string[] {
  if (name === "caseInsensitive") return [];
  if (name !== "claims" && name !== "notClaims") return [field];
  return (Array.isArray(value) ? value : []).map((_, index) => `${field}[${index}]`);
}
