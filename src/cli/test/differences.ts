import type { Decision, ShadowOutcome } from "../../policy/model/decision.ts";
import type { Expectation } from "./suite.ts";

/** One thing that was expected and did not come. */
export interface Difference {
  /** `reason`, `setHeaders.x-user`, `shadows.shop/strict.decision` */
  readonly field: string;
  readonly expected: string;
  /** `none` where there is nothing of the kind. */
  readonly actual: string;
}

const NONE = "none";

/** What a decision lacks of what a test expects; empty for a test that passes. */
export function differencesOf(expect: Expectation, decision: Decision, shadows: readonly ShadowOutcome[]): readonly Difference[] {
  const differences: Difference[] = [];
  const compare = (field: string, expected: string | undefined, actual: string | undefined): void => {
    if (expected !== undefined && expected !== (actual ?? NONE)) differences.push({ field, expected, actual: actual ?? NONE });
  };
  const { answer } = decision;
  compare("decision", expect.decision, answer.kind);
  compare("reason", expect.reason, decision.reason);
  compare("policy", expect.policy, decision.policy?.key);
  compare("rule", expect.rule, decision.rule?.name);
  compare("status", expect.status?.toString(), String(answer.kind === "deny" ? answer.status : 200));
  const set = new Map(answer.kind === "allow" ? answer.setHeaders : []);
  for (const [name, value] of expect.setHeaders ?? []) compare(`setHeaders.${name}`, value, set.get(name));
  const removed = answer.kind === "allow" ? answer.removeHeaders : [];
  for (const name of expect.removeHeaders ?? []) {
    compare("removeHeaders", name, removed.includes(name) ? name : removed.length === 0 ? undefined : removed.join(", "));
  }
  const sent = new Map(answer.kind === "deny" ? answer.headers.map(([name, value]) => [name.toLowerCase(), value] as const) : []);
  for (const [name, value] of expect.headers ?? []) compare(`headers.${name}`, value, sent.get(name));
  compare("body", expect.body, answer.kind === "deny" ? answer.body : undefined);
  compare("audits", expect.audits && listed(expect.audits), listed(decision.audits.map(({ name }) => name)));
  for (const [policy, wanted] of expect.shadows ?? []) {
    const shadow = shadows.find((outcome) => outcome.policy === policy);
    if (shadow === undefined) {
      const others = shadows.map((outcome) => outcome.policy);
      differences.push({ field: "shadows", expected: policy, actual: listed(others) });
      continue;
    }
    compare(`shadows.${policy}.decision`, wanted.decision, shadow.verdict);
    compare(`shadows.${policy}.reason`, wanted.reason, shadow.reason);
    compare(`shadows.${policy}.rule`, wanted.rule, shadow.rule);
  }
  return differences;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? NONE : [...names].sort().join(", ");
}
