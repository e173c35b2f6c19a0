import type { PolicyPlan, RulePlan } from "../model/plan.ts";
import type { Tri } from "../model/tri.ts";

/** What was seen of one matcher. An outcome that was unknown counts as false: it too kept the rule from being true. */
interface PartCount {
  true: number;
  false: number;
}

/** What was seen of one rule. */
export interface RuleCount {
  /** Decisions that were this rule's; of an Audit rule, decisions that it was recorded with. */
  decided: number;
  /** Decisions in which the whole rule was true. */
  matched: number;
  readonly parts: Map<string, PartCount>;
}

/** The key of a rule: one for each rule of a plan, and the same for the rule as it is written. */
export function ruleKey(policy: Pick<PolicyPlan, "kind" | "key" | "tier">, rule: string): string {
  return `${policy.kind} ${policy.key} ${policy.tier} ${rule}`;
}

/** Counts what became of rules and their matchers in the decisions of a run. */
export class Tally {
  readonly rules: Map<string, RuleCount> = new Map();

  rule(key: string): RuleCount {
    let count = this.rules.get(key);
    if (count === undefined) {
      count = { decided: 0, matched: 0, parts: new Map() };
      this.rules.set(key, count);
    }
    return count;
  }

  decided(rule: RulePlan): void {
    this.rule(ruleKey(rule.policy, rule.name)).decided++;
  }

  matched(policy: PolicyPlan, rule: string): void {
    this.rule(ruleKey(policy, rule)).matched++;
  }

  part(rule: RuleCount, field: string): (outcome: Tri) => void {
    let count = rule.parts.get(field);
    if (count === undefined) {
      count = { true: 0, false: 0 };
      rule.parts.set(field, count);
    }
    const part = count;
    return (outcome) => {
      if (outcome === 2) part.true++;
      else part.false++;
    };
  }
}
