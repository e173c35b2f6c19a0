import { compileHost, coveringPatterns, type HostPattern, patternText } from "../match/host-pattern.ts";
import { createHostTrie } from "../match/host-trie.ts";
import type { PolicyPlan, TargetPlan } from "../model/plan.ts";
import { type Candidates, joinTried, type Tried } from "./target-plan.ts";
import type { TargetedPolicy } from "./targeted-policy.ts";

/** One host pattern and the policies that name it. */
interface Claim {
  readonly pattern: HostPattern;
  readonly text: string;
  owner: PolicyPlan | undefined;
  readonly shadows: PolicyPlan[];
}

/** The policies that stand around an own one: what the cluster says of its namespace, and those whose target nobody knows. */
type Around = (namespace: string) => Candidates;

/**
 * A host belongs to the policy with the most specific pattern that covers it; where two have one pattern, the older stands and the newer loses
 * that host alone. Shadow policies take no host: the enforced ones are looked up as if there were no others.
 */
export function indexHosts(policies: readonly TargetedPolicy[], around: Around): (host: string) => TargetPlan | undefined {
  const claims = collectClaims(policies);
  const owned = createHostTrie(
    [...claims.values()].filter(({ owner }) => owner !== undefined).map((claim) => [claim.pattern, claim] as const),
  );
  const tried = [...claims.values()].some(({ shadows }) => shadows.length > 0);
  // Most hosts of a large installation are asked for on no one replica, so each target is joined when it first is.
  const plans = new Map<string, TargetPlan>();
  return (host) => {
    const claim = owned.find(host);
    const shadowing = tried ? shadowingClaims(claims, claim, host) : NO_CLAIMS;
    if (claim === undefined && shadowing.length === 0) return undefined;
    const key =
      shadowing.length === 0 ? (claim?.text ?? "") : [claim?.text ?? "", ...shadowing.map(({ text }) => text)].join(" ");
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = joinHost(claim, shadowing, around);
      plans.set(key, plan);
    }
    return plan;
  };
}

const NO_CLAIMS: readonly Claim[] = [];

function collectClaims(policies: readonly TargetedPolicy[]): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  for (const { resource, plan, faults } of policies) {
    for (const [index, host] of (resource.spec.hosts ?? []).entries()) {
      const compiled = compileHost(host);
      const path = `spec.hosts[${index}]`;
      if (!compiled.ok) {
        faults.error("InvalidHost", path, compiled.message, compiled.help);
        continue;
      }
      const text = patternText(compiled.pattern);
      const claim = claims.get(text) ?? { pattern: compiled.pattern, text, owner: undefined, shadows: [] };
      claims.set(text, claim);
      if (plan.mode === "Shadow") claim.shadows.push(plan);
      else if (claim.owner === undefined) claim.owner = plan;
      else {
        faults.warn(
          "HostConflict",
          path,
          `\`${host}\` belongs to the older APIPolicy \`${claim.owner.key}\`, and this policy does not decide about it`,
          "remove it from one of the two",
        );
      }
    }
  }
  return claims;
}

/** Claims of Shadow policies that would decide about the host, or beside its owner, were they enforced: none that is less specific. */
function shadowingClaims(claims: ReadonlyMap<string, Claim>, owner: Claim | undefined, host: string): Claim[] {
  const found: Claim[] = [];
  for (const text of coveringPatterns(host)) {
    const claim = claims.get(text);
    if (claim !== undefined && claim.shadows.length > 0) found.push(claim);
    if (claim !== undefined && claim === owner) break;
  }
  return found;
}

function joinHost(claim: Claim | undefined, shadowing: readonly Claim[], around: Around): TargetPlan {
  const owner = claim?.owner;
  const enforced = owner === undefined ? undefined : placed(owner, around);
  const tried = shadowing.flatMap(({ text, shadows }) =>
    shadows.map((shadow): Tried => {
      const candidates =
        enforced === undefined || text !== claim?.text
          ? placed(shadow, around)
          : { ...enforced, own: [...enforced.own.filter(({ key }) => key !== shadow.replaces), shadow] };
      return { policy: shadow.key, candidates };
    }),
  );
  return joinTried(enforced ?? { overrides: [], own: [], defaults: [] }, tried, "Optional");
}

function placed(plan: PolicyPlan, around: Around): Candidates {
  const { overrides, own, defaults } = around(plan.namespace);
  const enforced = (plans: readonly PolicyPlan[]): PolicyPlan[] => plans.filter(({ mode }) => mode === "Enforce");
  return {
    overrides: enforced(overrides),
    own: [plan, ...enforced(own).filter((other) => other !== plan)],
    defaults: enforced(defaults),
  };
}
