import type { ClusterPolicySpec, PolicyBody, PolicySpec } from "./manifest-types.ts";
import type { Policy } from "./policy.ts";
import { isHostPattern, isSelector, type Soundness, soundnessOfBody } from "./soundness.ts";
import type { Manifest } from "./world.ts";

const CANDIDATE = "sallyport.dev/shadow-of";
/** What cannot be read stands behind all others. */
const YOUNGEST = "~";
const MISSPELT_TARGETS = ["selectr", "targetRef", "host", "workloadSelector"];

/** Every policy, oldest first; of a faulty one its earlier good version, if there is one. A cluster's policy comes back as a whole. */
export function policiesInForce(manifests: readonly Manifest[], earlier: readonly Manifest[]): readonly Policy[] {
  const before = earlier.map(readPolicies).filter((parts) => parts.every(({ faulty }) => !faulty));
  return manifests
    .map(readPolicies)
    .filter((parts) => parts.length > 0)
    .toSorted(byAge)
    .flatMap((parts) => {
      const good = before.find(([first]) => first !== undefined && first.key === parts[0]?.key);
      return parts.some(({ faulty }) => faulty) ? (good ?? parts) : parts;
    });
}

function byAge([a = NOTHING]: readonly Policy[], [b = NOTHING]: readonly Policy[]): number {
  return compare(a.created, b.created) || compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readPolicies(manifest: Manifest): readonly Policy[] {
  const { kind, metadata } = manifest;
  if (["Namespace", "Service", "IdentityProvider", "ClusterIdentityProvider"].includes(kind)) return [];
  if (kind === "ClusterAPIPolicy") return readClusterPolicy(manifest);
  if (kind === "APIPolicy" && metadata.name !== undefined) return [readOwnPolicy(manifest)];
  const lost = metadata.namespace ?? "default";
  return [{ ...NOTHING, key: `${lost}/?`, namespace: lost, created: YOUNGEST, faulty: true, targetUnknown: true }];
}

/** Whether an object is lost that may be a policy of any namespace. */
export function everythingIsLost(manifests: readonly Manifest[]): boolean {
  return manifests.some(({ kind, metadata }) => kind === "ClusterAPIPolicy" && metadata.name === undefined);
}

const NOTHING: Policy = {
  tier: "own",
  key: "",
  namespace: "",
  name: "",
  created: "",
  isShadow: false,
  candidateFor: undefined,
  faulty: false,
  targetUnknown: false,
  targetRefs: undefined,
  labels: undefined,
  hosts: undefined,
  body: {},
};

function readOwnPolicy({ metadata, spec }: Manifest): Policy {
  const { namespace = "default", name = "" } = metadata;
  const common = { ...NOTHING, key: `${namespace}/${name}`, namespace, name, created: metadata.creationTimestamp ?? "" };
  if (!isMapping(spec)) return { ...common, faulty: true, targetUnknown: true };
  const { targetRefs, selector, hosts, mode } = spec as PolicySpec;
  const sound = soundnessOfBody(spec, ["targetRefs", "selector", "hosts", "mode"], false);
  const targets = [targetRefs, selector, hosts].filter((target) => target !== undefined);
  const targetUnknown =
    targets.length > 1 ||
    MISSPELT_TARGETS.some((field) => Object.hasOwn(spec, field)) ||
    (selector !== undefined && !isSelector(selector)) ||
    hosts?.every(isHostPattern) === false ||
    targetRefs?.every(({ kind }) => ["Service", "HTTPRoute", "Gateway"].includes(kind)) === false;
  const candidateFor = metadata.annotations?.[CANDIDATE];
  const isShadow = mode === "Shadow";
  const mistaken = candidateFor !== undefined && (!isShadow || candidateFor === name);
  const faulty = sound.faulty || targetUnknown || mistaken || !isMode(mode);
  return {
    ...common,
    isShadow,
    candidateFor: candidateFor === undefined || mistaken ? undefined : `${namespace}/${candidateFor}`,
    faulty,
    targetUnknown,
    targetRefs,
    labels: isSelector(selector) ? selector.matchLabels : undefined,
    hosts: hosts?.filter(isHostPattern),
    body: bodyOf(sound, faulty, spec),
  };
}

function readClusterPolicy({ metadata, spec }: Manifest): readonly Policy[] {
  const { name } = metadata;
  if (name === undefined) return [];
  const common = { ...NOTHING, key: name, name, created: metadata.creationTimestamp ?? "" };
  const tiers = ["override", "default"] as const;
  if (!isMapping(spec)) return tiers.map((tier) => ({ ...common, tier, faulty: true, targetUnknown: true }));
  const { namespaceSelector, mode, overrides, defaults } = spec as ClusterPolicySpec;
  const nothing = overrides === undefined && defaults === undefined;
  const selectorIsFaulty = namespaceSelector !== undefined && !isSelector(namespaceSelector);
  const strange = Object.keys(spec).some((key) => !["namespaceSelector", "mode", "overrides", "defaults"].includes(key));
  const elsewhere = nothing || selectorIsFaulty || strange || !isMode(mode) || metadata.annotations?.[CANDIDATE] !== undefined;
  return tiers.flatMap((tier) => {
    const body = tier === "override" ? overrides : defaults;
    // What is not written may have been misspelt where a field is not known.
    if (body === undefined && !strange && !nothing) return [];
    const sound = soundnessOfBody(body ?? {}, [], true);
    const faulty = sound.faulty || elsewhere;
    return [
      {
        ...common,
        tier,
        isShadow: mode === "Shadow",
        faulty,
        targetUnknown: nothing || selectorIsFaulty || strange,
        labels: selectorIsFaulty ? undefined : namespaceSelector?.matchLabels,
        body: bodyOf(sound, faulty, body ?? {}),
      },
    ];
  });
}

/** Of a faulty policy the peer, the methods, the Deny rules and the form of its answers, also where the fault is outside of them. */
function bodyOf(sound: Soundness, faulty: boolean, body: PolicyBody): PolicyBody {
  if (!faulty || sound.faulty) return sound.body;
  const { peer, authentication, response, rules = [] } = body;
  return {
    ...(peer === undefined ? {} : { peer }),
    ...(authentication === undefined ? {} : { authentication }),
    ...(response === undefined ? {} : { response }),
    rules: rules.filter(({ effect }) => effect === "Deny"),
  };
}

function isMode(mode: unknown): boolean {
  return mode === undefined || mode === "Enforce" || mode === "Shadow";
}

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
