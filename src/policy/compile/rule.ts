import type { FromEntry, Rule } from "../../api/api-policy.ts";
import type { EntryPlan, PolicyPlan, RulePlan } from "../model/plan.ts";
import type { Faults } from "./faults.ts";
import { addressPredicates } from "./from-address.ts";
import { credentialPredicates } from "./from-credential.ts";
import { namesPeer, peerPredicates } from "./from-peer.ts";
import type { CompileOptions } from "./snapshot.ts";
import { type CompiledTo, compileTo } from "./to.ts";
import { compileWhen } from "./when.ts";

/** One rule. Its faults go to `faults` with `at`, the rule's place in the object, before them. */
export function compileRule(rule: Rule, at: string, policy: PolicyPlan, options: CompileOptions, faults: Faults): RulePlan {
  const to = (rule.to ?? []).map((entry, index) => {
    const field = `to[${index}]`;
    return { field, ...compileTo(entry, rule.effect, field, `${at}.${field}`, faults) };
  });
  const when = compileWhen(rule.when ?? [], rule.effect, at, faults);
  return {
    name: rule.name,
    effect: rule.effect,
    policy,
    from: (rule.from ?? []).map((entry, index) => compileFrom(entry, `from[${index}]`, at, options, faults)),
    to: to.map(({ field, predicates }) => ({ field, predicates, namesPeer: false })),
    when: when.predicates,
    readsBody: when.readsBody,
    pathTemplate: ({ reading }) => firstTemplate(to, (paths) => paths.find(reading)?.text),
  };
}

function compileFrom(entry: FromEntry, field: string, at: string, options: CompileOptions, faults: Faults): EntryPlan {
  return {
    field,
    predicates: [
      ...peerPredicates(entry, field, options.trustDomain),
      ...addressPredicates(entry, field, `${at}.${field}`, options.trustedHops, faults),
      ...credentialPredicates(entry, field),
    ],
    namesPeer: namesPeer(entry),
  };
}

function firstTemplate(
  to: readonly CompiledTo[],
  find: (paths: NonNullable<CompiledTo["paths"]>) => string | undefined,
): string | undefined {
  for (const { paths } of to) {
    const template = paths === undefined ? undefined : find(paths);
    if (template !== undefined) return template;
  }
  return undefined;
}
