import type { ExplainReport, PolicyTrace, RuleTrace } from "../policy/model/trace.ts";

/**
 * How many matchers keep a rule from matching: of the entries of `from`, and of `to`, the one that lacks least counts, because any one of them
 * suffices; of `when` every expression counts. An unknown is half a miss: the request lacks a fact, it does not contradict the rule.
 */
export function missDistance(rule: RuleTrace): number {
  const entries = new Map<string, number>();
  for (const { part, outcome } of rule.parts) {
    const [entry = part] = part.split(".", 1);
    const miss = outcome === "matched" ? 0 : outcome === "unknown" ? 0.5 : 1;
    entries.set(entry, (entries.get(entry) ?? 0) + miss);
  }
  const least = new Map<string, number>();
  let expressions = 0;
  for (const [entry, misses] of entries) {
    const [list = entry] = entry.split("[", 1);
    if (list === "when") expressions += misses;
    else least.set(list, Math.min(least.get(list) ?? Infinity, misses));
  }
  return [...least.values()].reduce((sum, misses) => sum + misses, expressions);
}

/** Whether the decision is this policy's; a trace names the kind too, a decision the key alone. */
export function isDeciding(policy: PolicyTrace, report: ExplainReport): boolean {
  return report.policy !== undefined && (policy.policy === report.policy || policy.policy.endsWith(` ${report.policy}`));
}

/** Only an Allow can be missed: that a Deny or an Audit did not match is nobody's complaint, so they come after. */
const AFTER_EVERY_ALLOW = 1_000_000;

/**
 * The policies and their rules: the deciding ones first, then what matched, then the Allow that came nearest, then what else did not match. The order
 * of the policy breaks ties.
 */
export function nearestFirst(report: ExplainReport): readonly PolicyTrace[] {
  const decides = (policy: PolicyTrace): boolean => isDeciding(policy, report);
  const rank = (policy: PolicyTrace, rule: RuleTrace): number => {
    if (decides(policy) && rule.rule === report.rule) return -2;
    return rule.outcome === "matched" ? -1 : missDistance(rule) + (rule.effect === "Allow" ? 0 : AFTER_EVERY_ALLOW);
  };
  return report.trace.policies
    .toSorted((left, right) => Number(decides(right)) - Number(decides(left)))
    .map((policy) => ({ ...policy, rules: policy.rules.toSorted((left, right) => rank(policy, left) - rank(policy, right)) }));
}
