import { hostCovers } from "./host.ts";
import type { Labels } from "./manifest-types.ts";
import type { Policy } from "./policy.ts";
import type { Call, Manifest } from "./world.ts";

export type Target =
  | { readonly kind: "workload"; readonly namespace: string; readonly labels: Labels }
  | { readonly kind: "service"; readonly namespace: string; readonly name: string }
  | { readonly kind: "other route" }
  | { readonly kind: "host"; readonly host: string };

/** The policies that decide about a target: the two tiers, oldest first. */
export interface Tiers {
  readonly overrides: readonly Policy[];
  readonly rest: readonly Policy[];
}

/** What a call is to; undefined is `target_invalid`. */
export function readTarget(call: Call, host: string): Target | undefined {
  const extensions = new Map(Object.entries(call.extensions ?? {}));
  const [workload = ""] = (call.workload ?? "shop/orders").split("/");
  if (workload !== "") extensions.set("sallyport.namespace", workload);
  const namespace = extensions.get("sallyport.namespace");
  const route = extensions.get("sallyport.target");
  if (namespace !== undefined) {
    if (route !== undefined || namespace === "") return undefined;
    return { kind: "workload", namespace, labels: call.labels ?? { app: "orders" } };
  }
  if (route === undefined) return { kind: "host", host };
  const parts = route.split("/");
  if (parts.length !== 3 || parts.includes("")) return undefined;
  const [kind, inNamespace = "", name = ""] = parts;
  return kind === "Service" ? { kind: "service", namespace: inNamespace, name } : { kind: "other route" };
}

/** The tiers of a target, of policies that all count as enforced. */
export function tiersOf(
  target: Target,
  policies: readonly Policy[],
  manifests: readonly Manifest[],
  owner: Policy | undefined = target.kind === "host" ? ownerOf(target.host, policies) : undefined,
): Tiers {
  if (target.kind === "other route") return { overrides: [], rest: [] };
  const namespace = target.kind === "host" ? owner?.namespace : target.namespace;
  if (namespace === undefined) return { overrides: [], rest: [] };
  const isFor = ({ tier, targetUnknown, labels }: Policy): boolean =>
    tier !== "own" && (targetUnknown || labels === undefined || holdsAll(labelsOfNamespace(namespace, manifests), labels));
  const own = policies.filter(
    (policy) => policy.tier === "own" && policy.namespace === namespace && selects(policy, target, owner, manifests),
  );
  const cluster = policies.filter(isFor);
  return {
    overrides: cluster.filter(({ tier }) => tier === "override"),
    rest: own.length > 0 ? own : cluster.filter(({ tier }) => tier === "default"),
  };
}

/** The policy that a host belongs to. */
export function ownerOf(host: string, policies: readonly Policy[]): Policy | undefined {
  const claims = policies.flatMap((policy) =>
    (policy.tier === "own" ? (policy.hosts ?? []) : []).flatMap((pattern) =>
      hostCovers(pattern, host) ? [{ policy, weight: weightOf(pattern) }] : [],
    ),
  );
  // The sort is stable and the policies are oldest first.
  return claims.toSorted((a, b) => b.weight - a.weight)[0]?.policy;
}

/** An exact host is more than any suffix, a longer suffix more than a shorter, and `*` the least. */
export function weightOf(pattern: string): number {
  if (pattern === "*") return 0;
  return pattern.startsWith("*.") ? pattern.length : 1000;
}

export function selects(policy: Policy, target: Target, owner: Policy | undefined, manifests: readonly Manifest[]): boolean {
  if (policy.targetUnknown) return true;
  if (target.kind === "other route") return false;
  if (target.kind === "host") return policy === owner;
  const { targetRefs, labels, hosts } = policy;
  if (targetRefs === undefined && labels === undefined && hosts === undefined) return true;
  const services = (targetRefs ?? []).filter(({ kind }) => kind === "Service");
  const named = target.kind === "service" && services.some(({ name }) => name === target.name);
  const own = target.kind === "service" ? selectorOf(target.namespace, target.name, manifests) : target.labels;
  if (named || own === undefined) return named;
  if (labels !== undefined && holdsAll(own, labels)) return true;
  return services.some(({ name }) => {
    const selector = selectorOf(target.namespace, name, manifests);
    return selector !== undefined && holdsAll(own, selector);
  });
}

/** Of a Service that exists and has one. */
function selectorOf(namespace: string, name: string, manifests: readonly Manifest[]): Labels | undefined {
  const service = manifests.find(
    ({ kind, metadata }) => kind === "Service" && metadata.namespace === namespace && metadata.name === name,
  );
  const { selector } = (service?.spec ?? {}) as { readonly selector?: Labels };
  return selector === undefined || Object.keys(selector).length === 0 ? undefined : selector;
}

function labelsOfNamespace(name: string, manifests: readonly Manifest[]): Labels {
  const object = manifests.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === name);
  return { ...object?.metadata.labels, "kubernetes.io/metadata.name": name };
}

export function holdsAll(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
