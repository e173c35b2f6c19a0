import type { Credential } from "./credentials.ts";
import type { Truth } from "./kleene.ts";
import type { Rule } from "./manifest-types.ts";
import type { Policy } from "./policy.ts";
import { bodyIsMissed, lacksOnlyCredential, valueOf } from "./rules.ts";
import type { Tiers } from "./target.ts";
import { ownMethods, type Scene, takesPart, type View, viewsToAllow, viewsToDeny } from "./view.ts";

export interface Verdict {
  readonly reason: string;
  readonly policy?: Policy;
  readonly rule?: Rule;
}

interface Finding {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly view: View;
  readonly value: Truth;
}

/** "The verdict" of the page, step by step. */
export function judge(tiers: Tiers, scene: Scene, credentials: readonly Credential[], defaultAllows: boolean): Verdict {
  const looked: Policy[] = [];
  let doubt: Finding | undefined;
  for (const tier of [tiers.overrides, tiers.rest]) {
    looked.push(...tier);
    const denies = tier.flatMap((policy) => findings("Deny", policy, viewsToDeny(policy, credentials), scene));
    const denied = denies.find(({ value }) => value === true);
    if (denied !== undefined) return { reason: "denied_by_rule", policy: denied.policy, rule: denied.rule };
    doubt = denies.find(({ value }) => value === "unknown");
    if (doubt !== undefined && bodyIsMissed(doubt.rule, scene))
      return { reason: "body_truncated", policy: doubt.policy, rule: doubt.rule };
    const faulty = tier.find((policy) => policy.faulty);
    if (doubt === undefined && faulty !== undefined) return { reason: "policy_invalid", policy: faulty };
    if (doubt !== undefined) break;
    const allowed = allows(tier, scene, credentials).find(({ value }) => value === true);
    if (allowed !== undefined) return { reason: "allowed", policy: allowed.policy, rule: allowed.rule };
  }
  if (doubt === undefined && tiers.rest.length === 0 && defaultAllows) return { reason: "default_allow" };
  const found = allows(looked, scene, credentials);
  const wanting = found.find((finding) => wantsCredential(finding, scene, credentials));
  if (wanting !== undefined) return { reason: "unauthenticated", policy: wanting.policy };
  if (doubt !== undefined) return { reason: "denied_by_rule", policy: doubt.policy, rule: doubt.rule };
  const unread = found.find(({ rule, value }) => value === "unknown" && bodyIsMissed(rule, scene));
  if (unread !== undefined) return { reason: "body_truncated", policy: unread.policy, rule: unread.rule };
  return { reason: tiers.rest.length === 0 ? "no_policy" : "no_rule_matched" };
}

/** Audit rules that matched, each once, for whichever identity. The halves of a cluster's policy may have rules of one name. */
export function auditsOf(policies: readonly Policy[], scene: Scene, credentials: readonly Credential[]): readonly string[] {
  return policies
    .flatMap((policy) => {
      const found = findings("Audit", policy, viewsToAllow(policy, credentials), scene).filter(({ value }) => value === true);
      return [...new Set(found.map(({ rule }) => rule))].map(({ name }) => `${policy.key} ${name}`);
    })
    .toSorted();
}

function allows(policies: readonly Policy[], scene: Scene, credentials: readonly Credential[]): readonly Finding[] {
  return policies.flatMap((policy) => findings("Allow", policy, viewsToAllow(policy, credentials), scene));
}

/** In their order: the identities, and for each of them the rules. */
function findings(effect: string, policy: Policy, views: readonly View[], scene: Scene): readonly Finding[] {
  const rules = (policy.body.rules ?? []).filter((rule) => rule.effect === effect);
  return views.flatMap((view) => rules.map((rule) => ({ policy, rule, view, value: valueOf(rule, scene, view) })));
}

function wantsCredential({ policy, rule, value }: Finding, scene: Scene, credentials: readonly Credential[]): boolean {
  const methods = policy.body.authentication ?? [];
  const onlyAnonymous = methods.every(({ anonymous }) => anonymous !== undefined);
  const hasCredential = credentials.some((credential) => ownMethods(policy, credential).length > 0);
  if (methods.length === 0 || onlyAnonymous || hasCredential || !takesPart(policy, credentials)) return false;
  return value !== true && lacksOnlyCredential(rule, scene);
}
