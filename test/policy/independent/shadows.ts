import { hostCovers } from "./host.ts";
import type { Policy } from "./policy.ts";
import { ownerOf, selects, type Target, type Tiers, tiersOf, weightOf } from "./target.ts";
import type { Manifest } from "./world.ts";

export interface Trial {
  readonly key: string;
  readonly tiers: Tiers;
}

/** Each Shadow policy of the target, and the tiers as if it were enforced. */
export function trialsOf(target: Target, policies: readonly Policy[], manifests: readonly Manifest[]): readonly Trial[] {
  const shadows = policies.filter(({ isShadow }) => isShadow);
  const enforced = policies.filter(({ isShadow }) => !isShadow);
  const names = [...new Set(shadows.map(({ tier, key }) => `${tier === "own" ? "own" : "cluster"} ${key}`))];
  return names.flatMap((name) => {
    const parts = shadows.filter(({ tier, key }) => name === `${tier === "own" ? "own" : "cluster"} ${key}`);
    const [first] = parts;
    if (first === undefined) return [];
    const others = enforced.filter(({ key, tier }) => tier !== "own" || key !== first.candidateFor);
    const together = policies.filter((policy) => others.includes(policy) || parts.includes(policy));
    const tiers =
      first.tier !== "own"
        ? tiersOf(target, together, manifests)
        : target.kind === "host"
          ? tiersAtHost(target.host, first, others, policies, manifests)
          : selectsOwn(first, target, manifests)
            ? tiersOf(target, together, manifests)
            : undefined;
    const takesPart = tiers !== undefined && [...tiers.overrides, ...tiers.rest].some((policy) => parts.includes(policy));
    return takesPart ? [{ key: first.key, tiers }] : [];
  });
}

function selectsOwn(policy: Policy, target: Target, manifests: readonly Manifest[]): boolean {
  return (
    target.kind !== "host" &&
    target.kind !== "other route" &&
    policy.namespace === target.namespace &&
    selects(policy, target, undefined, manifests)
  );
}

/**
 * A trial whose pattern is more specific than the owner's would have the host; by the same pattern it stands beside the owner, and so it does where
 * its target is unknown.
 */
function tiersAtHost(
  host: string,
  trial: Policy,
  others: readonly Policy[],
  policies: readonly Policy[],
  manifests: readonly Manifest[],
): Tiers | undefined {
  const target: Target = { kind: "host", host };
  const beside = (list: readonly Policy[]): readonly Policy[] =>
    policies.filter((policy) => policy === trial || list.includes(policy));
  const addTo = ({ overrides, rest }: Tiers): Tiers => ({ overrides, rest: beside(rest) });
  const owner = ownerOf(host, others);
  const weight = (policy: Policy | undefined): number =>
    Math.max(-1, ...(policy?.hosts ?? []).filter((pattern) => hostCovers(pattern, host)).map(weightOf));
  if (weight(trial) > weight(owner)) return tiersOf(target, beside(others), manifests, trial);
  if (weight(trial) >= 0 && weight(trial) === weight(owner)) return addTo(tiersOf(target, others, manifests));
  const enforced = policies.filter(({ isShadow }) => !isShadow);
  if (!trial.targetUnknown || ownerOf(host, enforced)?.namespace !== trial.namespace) return undefined;
  const { overrides, rest } = tiersOf(target, enforced, manifests);
  return addTo({ overrides, rest: rest.filter(({ key }) => key !== trial.candidateFor) });
}
