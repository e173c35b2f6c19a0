import { compileHost, coveringPatterns, type HostPattern, patternText } from "../match/host-pattern.ts";
import { createHostTrie } from "../match/host-trie.ts";
import type { PolicyPlan, TargetPlan } from "../model/plan.ts";
import { type Candidates, enforcedOf, joinTried, type Tried, trialsOf } from "./target-plan.ts";
import type { TargetedPolicy } from "./targeted-policy.ts";

/** One host pattern and the policies that name it. */
interface Claim {
  readonly pattern: HostPattern;
  readonly text: string;
  /** Enforced, oldest first: the first of them has the host. */
  readonly owners: PolicyPlan[];
  readonly shadows: PolicyPlan[];
}

/** The policies that stand around an own one: what the cluster says of its namespace, and those whose target nobody knows. */
type Around = (namespace: string) => Candidates;

/** Where a policy stands among all of them, the oldest first. */
type Rank = (plan: PolicyPlan) => number;

/**
 * A host belongs to the policy with the most specific pattern that covers it; where two have one pattern, the older stands and the newer loses
 * that host alone. Shadow policies take no host: the enforced ones are looked up as if there were no others.
 */
export function indexHosts(
  policies: readonly TargetedPolicy[],
  around: Around,
  rank: Rank,
): (host: string) => TargetPlan | undefined {
  const claims = collectClaims(policies);
  const owned = createHostTrie(
    [...claims.values()].filter(({ owners }) => owners.length > 0).map((claim) => [claim.pattern, claim] as const),
  );
  const tried = [...claims.values()].some(({ shadows }) => shadows.length > 0);
  // Most hosts of a large installation are asked for on no one replica, so each target is joined when it first is.
  const plans = new Map<string, TargetPlan>();
  return (host) => {
    const owning = owned.find(host);
    const covering = tried ? coveringClaims(claims, host) : owning === undefined ? NO_CLAIMS : [owning];
    if (owning === undefined && covering.length === 0) return undefined;
    const key = covering.map(({ text }) => text).join(" ");
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = joinHost(covering, around, rank);
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
      const claim = claims.get(text) ?? { pattern: compiled.pattern, text, owners: [], shadows: [] };
      claims.set(text, claim);
      const [owner] = claim.owners;
      (plan.mode === "Shadow" ? claim.shadows : claim.owners).push(plan);
      if (plan.mode !== "Shadow" && owner !== undefined && owner !== plan) {
        faults.warn(
          "HostConflict",
          path,
          `\`${host}\` belongs to the older APIPolicy \`${owner.key}\`, and this policy does not decide about it`,
          "remove it from one of the two",
        );
      }
    }
  }
  return claims;
}

/** The most specific first. */
function coveringClaims(claims: ReadonlyMap<string, Claim>, host: string): Claim[] {
  return coveringPatterns(host).flatMap((text) => claims.get(text) ?? []);
}

function joinHost(covering: readonly Claim[], around: Around, rank: Rank): TargetPlan {
  const place = (plan: PolicyPlan): Candidates => {
    const { overrides, own, defaults } = around(plan.namespace);
    return { overrides, own: [...own.filter((other) => other !== plan), plan].sort((a, b) => rank(a) - rank(b)), defaults };
  };
  const owner = covering.find(({ owners }) => owners.length > 0)?.owners[0];
  const enforced = owner === undefined ? NOBODYS : place(owner);
  const tried = covering.flatMap(({ shadows }, at) => shadows.flatMap((shadow) => tryAt(shadow, at, covering, place, rank)));
  return joinTried(enforcedOf(enforced), [...tried, ...trialsOf(enforced)], "Optional");
}

const NOBODYS: Candidates = { overrides: [], own: [], defaults: [] };

/**
 * A Shadow policy that names the pattern at `at`, as if it were enforced: it has the host where no enforced policy has as specific a pattern, stands
 * beside the owner of the same pattern, and is not asked where there is a more specific one. The policy that it is a candidate for is not there.
 */
function tryAt(
  shadow: PolicyPlan,
  at: number,
  covering: readonly Claim[],
  place: (plan: PolicyPlan) => Candidates,
  rank: Rank,
): readonly Tried[] {
  const stays = ({ key }: PolicyPlan): boolean => key !== shadow.replaces;
  const rivalAt = covering.findIndex(({ owners }) => owners.some(stays));
  if (rivalAt >= 0 && rivalAt < at) return [];
  const rival = rivalAt === at ? covering[at]?.owners.find(stays) : undefined;
  const { overrides, own, defaults } = enforcedOf(place(rival ?? shadow));
  const beside = [...own.filter(stays), shadow].sort((a, b) => rank(a) - rank(b));
  return [{ policy: shadow.key, candidates: { overrides, own: beside, defaults } }];
}
