import type { PolicyBody } from "../../api/cluster-api-policy.ts";
import { type Policy, writtenRules } from "./policy-rules.ts";

/**
 * Whether a matcher of a rule can be nothing but true, so that the rule means the same without it. Of the many ways in which that can be,
 * only the common one is looked for: `authentication` names every method of the policy, and no caller gets as far as the entry with
 * another credential or with none.
 */
export function isAlwaysTrue(policy: Policy, at: string, field: string): boolean {
  const match = /^from\[(\d+)\]\.authentication$/u.exec(field);
  if (match === null) return false;
  const written = writtenRules(policy).find((candidate) => candidate.at === at);
  const entry = written?.rule.from?.[Number(match[1])];
  const methods = bodyAt(policy, at)?.authentication ?? [];
  if (written === undefined || entry?.authentication === undefined || written.rule.effect === "Deny") return false;
  const namesPeer = [entry.principals, entry.serviceAccounts, entry.namespaces, entry.trustDomains].some(
    (values) => values !== undefined,
  );
  // Without a credential the entry is not looked at, unless it names the peer or the policy admits the anonymous.
  return (
    !namesPeer && methods.every(({ name, anonymous }) => anonymous === undefined && entry.authentication?.includes(name) === true)
  );
}

function bodyAt(policy: Policy, at: string): PolicyBody | undefined {
  if (policy.kind === "APIPolicy") return policy.spec;
  return at.startsWith("spec.overrides.") ? policy.spec.overrides : policy.spec.defaults;
}
