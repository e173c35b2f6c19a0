import { objectKey, objectRef } from "../../api/resource.ts";
import type { Effect } from "../model/plan.ts";
import { isAlwaysTrue } from "./equivalent.ts";
import { type Policy, writtenParts, writtenRules } from "./policy-rules.ts";
import { ruleKey, type Tally } from "./tally.ts";

/** One matcher: how often it was true, and how often it was not. */
interface PartCoverage {
  readonly part: string;
  readonly true: number;
  readonly false: number;
  /** It cannot be false, whatever is called by whom. */
  readonly constant: boolean;
}

export interface RuleCoverage {
  /** `APIPolicy shop/orders` */
  readonly policy: string;
  readonly rule: string;
  readonly effect: Effect;
  /** Where the rule stands in its object. */
  readonly path: string;
  readonly decided: number;
  readonly matched: number;
  readonly parts: readonly PartCoverage[];
}

/** A count out of a count, and in hundredths; of nothing, all is covered. */
export interface Share {
  readonly covered: number;
  readonly total: number;
  readonly percent: number;
}

export interface CoverageTotals {
  /** Rules that decided at least once; Audit rules that were recorded at least once. */
  readonly rules: Share;
  /** Matchers twice over: each should be seen true and, unless it is constant, seen false. */
  readonly parts: Share;
}

/** What a run of tests saw of each rule that a policy holds, whether any test came near it or not. */
export function coverageOf(policy: Policy, tally: Tally): readonly RuleCoverage[] {
  const object = objectKey(objectRef(policy));
  const key = policy.namespace === "" ? policy.name : `${policy.namespace}/${policy.name}`;
  return writtenRules(policy).map(({ tier, at, rule }) => {
    const count = tally.rules.get(ruleKey({ kind: policy.kind, key, tier }, rule.name));
    return {
      policy: object,
      rule: rule.name,
      effect: rule.effect,
      path: at,
      decided: count?.decided ?? 0,
      matched: count?.matched ?? 0,
      parts: writtenParts(rule).map((part) => {
        const seen = count?.parts.get(part);
        return {
          part,
          true: seen?.true ?? 0,
          false: seen?.false ?? 0,
          constant: isAlwaysTrue(policy, at, part),
        };
      }),
    };
  });
}

/** Two runs over the same rule as one. */
export function addCoverage(left: RuleCoverage, right: RuleCoverage): RuleCoverage {
  return {
    ...left,
    decided: left.decided + right.decided,
    matched: left.matched + right.matched,
    parts: left.parts.map((part, index) => ({
      ...part,
      true: part.true + (right.parts[index]?.true ?? 0),
      false: part.false + (right.parts[index]?.false ?? 0),
    })),
  };
}

export function coverageTotals(rules: readonly RuleCoverage[]): CoverageTotals {
  const parts = rules.flatMap((rule) => rule.parts);
  return {
    rules: share(rules.filter(({ decided }) => decided > 0).length, rules.length),
    parts: share(
      parts.reduce((sum, part) => sum + Number(part.true > 0) + Number(part.false > 0 && !part.constant), 0),
      parts.reduce((sum, part) => sum + (part.constant ? 1 : 2), 0),
    ),
  };
}

/** Rounded down, so that 100 is said of nothing less. */
function share(covered: number, total: number): Share {
  return { covered, total, percent: total === 0 ? 100 : Math.floor((100 * covered) / total) };
}
