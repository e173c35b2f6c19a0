import type { Namespace } from "../../api/namespace.ts";
import type { Service } from "../../api/service.ts";
import { compileLabelSelector } from "../match/label-selector.ts";
import type { Plan, PolicyPlan, TargetPlan } from "../model/plan.ts";
import { indexHosts } from "./host-targets.ts";
import { emptyPolicyPlan, policyKey } from "./policy.ts";
import { type Candidates, joinPolicies } from "./target-plan.ts";
import type { TargetedClusterPolicy, TargetedPolicy } from "./targeted-policy.ts";

export interface TargetSources {
  /** Oldest first. */
  readonly policies: readonly TargetedPolicy[];
  /** Oldest first. */
  readonly clusterPolicies: readonly TargetedClusterPolicy[];
  readonly services: readonly Service[];
  readonly namespaces: readonly Namespace[];
  readonly lostNamespaces: ReadonlySet<string>;
}

type Labels = ReadonlyMap<string, string>;

interface Selection {
  /** What the policy selects cannot be told, so it counts for all that the namespace has. */
  readonly unknown: boolean;
  readonly plan: PolicyPlan;
  selects(labels: Labels): boolean;
  selectsService(name: string): boolean;
}

interface NamespaceTargets {
  readonly selections: readonly Selection[];
  readonly cluster: Omit<Candidates, "own">;
  /** By the labels as they arrive, which costs one Map read; by the policies that they select, so that equal targets are one object. */
  readonly byLabels: Map<string, TargetPlan | undefined>;
  readonly bySelection: Map<string, TargetPlan>;
  readonly byService: Map<string, TargetPlan | undefined>;
}

/** Distinct label sets that a namespace remembers, and namespaces without a policy: no caller chooses them, so more are a cluster in churn. */
const MAX_REMEMBERED = 4096;

export type TargetIndex = Pick<Plan, "forWorkload" | "forRoute" | "forHost">;

/**
 * Finds the policies of a target in a time that does not depend on how many there are. Whatever selects nothing is told to its own faults.
 */
export function indexTargets({ policies, clusterPolicies, services, namespaces, lostNamespaces }: TargetSources): TargetIndex {
  const serviceLabels = new Map(services.map((service) => [policyKey(service), service.spec.selector]));
  const selections = new Map<string, Selection[]>();
  const hosted: TargetedPolicy[] = [];
  for (const policy of policies) {
    if (policy.resource.spec.hosts !== undefined) hosted.push(policy);
    if (policy.resource.spec.hosts !== undefined && !policy.resource.targetUnknown) continue;
    const { namespace } = policy.resource;
    const list = selections.get(namespace) ?? [];
    list.push(selectionOf(policy, serviceLabels));
    selections.set(namespace, list);
  }
  for (const namespace of lostNamespaces) selections.set(namespace, [...(selections.get(namespace) ?? []), lost(namespace)]);
  const clusterOf = indexClusterPolicies(clusterPolicies, namespaces);
  const targetsOf = (namespace: string, own: readonly Selection[]): NamespaceTargets => ({
    selections: own,
    cluster: clusterOf(namespace),
    byLabels: new Map(),
    bySelection: new Map(),
    byService: new Map(),
  });
  const known = new Map([...selections].map(([namespace, list]) => [namespace, targetsOf(namespace, list)]));
  const others = new Map<string, NamespaceTargets>();
  const find = (namespace: string): NamespaceTargets | undefined => {
    const own = known.get(namespace) ?? others.get(namespace);
    if (own !== undefined || clusterPolicies.length === 0) return own;
    const targets = targetsOf(namespace, []);
    if (others.size >= MAX_REMEMBERED) others.clear();
    others.set(namespace, targets);
    return targets;
  };
  const ranks = new Map(policies.map(({ plan }, index) => [plan, index]));
  const hosts = indexHosts(
    hosted,
    (namespace) => ({
      own: (selections.get(namespace) ?? []).filter(({ unknown }) => unknown).map(({ plan }) => plan),
      ...clusterOf(namespace),
    }),
    // Nothing is known of the age of what cannot be read.
    (plan) => ranks.get(plan) ?? ranks.size,
  );

  return {
    forWorkload(namespace, labels, labelsKey) {
      const targets = find(namespace);
      if (targets === undefined) return undefined;
      const remembered = targets.byLabels.get(labelsKey);
      if (remembered !== undefined || targets.byLabels.has(labelsKey)) return remembered;
      const found = joinSelected(targets, (selection) => selection.selects(labels));
      if (targets.byLabels.size >= MAX_REMEMBERED) targets.byLabels.clear();
      targets.byLabels.set(labelsKey, found);
      return found;
    },
    forRoute(kind, namespace, name) {
      const targets = kind === "Service" ? find(namespace) : undefined;
      if (targets === undefined) return undefined;
      if (targets.byService.has(name)) return targets.byService.get(name);
      const labels = serviceLabels.get(`${namespace}/${name}`);
      const found = joinSelected(
        targets,
        (selection) => selection.selectsService(name) || (labels !== undefined && labels.size > 0 && selection.selects(labels)),
      );
      // Only names that exist are remembered: a route's configuration may name anything.
      if (labels !== undefined) targets.byService.set(name, found);
      return found;
    },
    forHost: hosts,
  };
}

function joinSelected(targets: NamespaceTargets, selects: (selection: Selection) => boolean): TargetPlan | undefined {
  const { cluster } = targets;
  const own = targets.selections.filter(selects);
  if (own.length === 0 && cluster.overrides.length === 0 && cluster.defaults.length === 0) return undefined;
  const key = own.map((selection) => targets.selections.indexOf(selection)).join();
  let target = targets.bySelection.get(key);
  if (target === undefined) {
    target = joinPolicies({ ...cluster, own: own.map(({ plan }) => plan) }, "Required");
    targets.bySelection.set(key, target);
  }
  return target;
}

/** The cluster's policies of a namespace, by its labels. A namespace of which nothing is known has its name for a label, as in every cluster. */
function indexClusterPolicies(
  policies: readonly TargetedClusterPolicy[],
  namespaces: readonly Namespace[],
): (namespace: string) => Omit<Candidates, "own"> {
  const labelsOf = new Map(namespaces.map(({ name, labels }) => [name, labels]));
  const selecting = policies.map(({ resource, plans }) => ({
    plans,
    selector: resource.targetUnknown
      ? undefined
      : compileLabelSelector(new Map(Object.entries(resource.spec.namespaceSelector?.matchLabels ?? {}))),
  }));
  return (namespace) => {
    const labels = new Map([...(labelsOf.get(namespace) ?? []), ["kubernetes.io/metadata.name", namespace]]);
    const plans = selecting.filter(({ selector }) => selector?.matches(labels) ?? true).flatMap((policy) => policy.plans);
    return {
      overrides: plans.filter(({ tier }) => tier === "override"),
      defaults: plans.filter(({ tier }) => tier === "default"),
    };
  };
}

function selectionOf({ resource, plan, faults }: TargetedPolicy, serviceLabels: ReadonlyMap<string, Labels>): Selection {
  const { targetRefs, selector } = resource.spec;
  const everything = { plan, unknown: resource.targetUnknown, selects: () => true, selectsService: () => true };
  if (resource.targetUnknown) return everything;
  if (selector !== undefined) {
    const { matches } = compileLabelSelector(new Map(Object.entries(selector.matchLabels)));
    return { plan, unknown: false, selects: matches, selectsService: () => false };
  }
  if (targetRefs === undefined) return everything;
  const services = new Set<string>();
  const selectors = targetRefs.flatMap(({ kind, name }, index) => {
    const path = `spec.targetRefs[${index}]`;
    if (kind !== "Service") {
      faults.warn(
        "TargetNotFound",
        path,
        `${kind} \`${name}\` cannot be looked up without a cluster`,
        "select by `hosts`, or by a Service",
      );
      return [];
    }
    services.add(name);
    const labels = serviceLabels.get(`${resource.namespace}/${name}`);
    if (labels === undefined) {
      faults.warn(
        "TargetNotFound",
        path,
        `there is no Service \`${name}\` in namespace \`${resource.namespace}\`, so this reference selects nothing`,
        "create it, or select pods by `selector`",
      );
      return [];
    }
    if (labels.size === 0) {
      faults.warn(
        "TargetNotFound",
        path,
        `Service \`${name}\` has no selector, so it stands for no workload`,
        "select pods by `selector`",
      );
      return [];
    }
    return [compileLabelSelector(labels)];
  });
  return {
    plan,
    unknown: false,
    selects: (labels) => selectors.some(({ matches }) => matches(labels)),
    selectsService: (name) => services.has(name),
  };
}

/** A policy of the namespace that nobody can read denies everything there, since what it denied is not known. */
function lost(namespace: string): Selection {
  const plan = { ...emptyPolicyPlan({ kind: "APIPolicy", namespace, name: "?" }, "own"), invalid: true };
  return { plan, unknown: true, selects: () => true, selectsService: () => true };
}
