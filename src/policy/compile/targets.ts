import type { APIPolicy } from "../../api/api-policy.ts";
import type { Service } from "../../api/service.ts";
import { compileHost, type HostPattern } from "../match/host-pattern.ts";
import { createHostTrie, type HostTrie } from "../match/host-trie.ts";
import { compileLabelSelector } from "../match/label-selector.ts";
import type { Plan, PolicyPlan, TargetPlan } from "../model/plan.ts";
import type { Faults } from "./faults.ts";
import { joinPolicies } from "./target-plan.ts";

/** A policy with what it selects. */
export interface TargetedPolicy {
  readonly resource: APIPolicy;
  readonly plan: PolicyPlan;
  readonly faults: Faults;
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
  /** By the labels as they arrive, which costs one Map read; by the policies that they select, so that equal targets are one object. */
  readonly byLabels: Map<string, TargetPlan | undefined>;
  readonly bySelection: Map<string, TargetPlan>;
  readonly byService: Map<string, TargetPlan | undefined>;
}

/** Distinct label sets that a namespace remembers; a caller cannot choose labels, so more than this are a cluster in churn. */
const MAX_LABEL_SETS = 4096;

export type TargetIndex = Pick<Plan, "forWorkload" | "forRoute" | "forHost">;

/**
 * Finds the policies of a target in a time that does not depend on how many there are. `policies` come oldest first. Whatever selects
 * nothing is told to its own faults.
 */
export function indexTargets(
  policies: readonly TargetedPolicy[],
  services: readonly Service[],
  lostNamespaces: ReadonlySet<string>,
): TargetIndex {
  const serviceLabels = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service.spec.selector]));
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
  const namespaces = new Map<string, NamespaceTargets>();
  for (const [namespace, list] of selections) {
    namespaces.set(namespace, { selections: list, byLabels: new Map(), bySelection: new Map(), byService: new Map() });
  }
  const hosts = indexHosts(hosted, (namespace) => [
    ...(selections.get(namespace) ?? []).filter(({ unknown }) => unknown).map(({ plan }) => plan),
  ]);

  return {
    forWorkload(namespace, labels, labelsKey) {
      const targets = namespaces.get(namespace);
      if (targets === undefined) return undefined;
      const known = targets.byLabels.get(labelsKey);
      if (known !== undefined || targets.byLabels.has(labelsKey)) return known;
      const found = joinSelected(targets, (selection) => selection.selects(labels));
      if (targets.byLabels.size >= MAX_LABEL_SETS) targets.byLabels.clear();
      targets.byLabels.set(labelsKey, found);
      return found;
    },
    forRoute(kind, namespace, name) {
      const targets = namespaces.get(namespace);
      if (targets === undefined || kind !== "Service") return undefined;
      const labels = serviceLabels.get(`${namespace}/${name}`);
      if (targets.byService.has(name)) return targets.byService.get(name);
      const found = joinSelected(
        targets,
        (selection) => selection.selectsService(name) || (labels !== undefined && labels.size > 0 && selection.selects(labels)),
      );
      // Only names that exist are remembered: a route's configuration may name anything.
      if (labels !== undefined) targets.byService.set(name, found);
      return found;
    },
    forHost: (host) => hosts.find(host)?.(),
  };
}

function joinSelected(targets: NamespaceTargets, selects: (selection: Selection) => boolean): TargetPlan | undefined {
  const indexes = [...targets.selections.keys()].filter((index) => {
    const selection = targets.selections[index];
    return selection !== undefined && selects(selection);
  });
  if (indexes.length === 0) return undefined;
  const key = indexes.join();
  let target = targets.bySelection.get(key);
  if (target === undefined) {
    const plans = indexes.flatMap((index) => targets.selections[index]?.plan ?? []);
    target = joinPolicies(enforced(plans), shadowed(plans), "Required");
    targets.bySelection.set(key, target);
  }
  return target;
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
  const plan: PolicyPlan = {
    key: `${namespace}/?`,
    kind: "APIPolicy",
    namespace,
    name: "?",
    mode: "Enforce",
    peer: undefined,
    methods: [],
    claimHeaders: new Map(),
    anonymous: undefined,
    allow: [],
    deny: [],
    audit: [],
    keepHeaders: [],
    unauthenticated: undefined,
    unauthorized: undefined,
    invalid: true,
  };
  return { plan, unknown: true, selects: () => true, selectsService: () => true };
}

/** A host belongs to one policy: where two claim it, the older stands and the newer loses that host alone. Shadow policies take part in no conflict. */
function indexHosts(
  policies: readonly TargetedPolicy[],
  unknown: (namespace: string) => readonly PolicyPlan[],
): HostTrie<() => TargetPlan> {
  const claims = new Map<
    string,
    { readonly pattern: HostPattern; owner: PolicyPlan | undefined; readonly shadows: PolicyPlan[] }
  >();
  for (const { resource, plan, faults } of policies) {
    for (const [index, text] of (resource.spec.hosts ?? []).entries()) {
      const compiled = compileHost(text);
      const path = `spec.hosts[${index}]`;
      if (!compiled.ok) {
        faults.error("InvalidHost", path, compiled.message, compiled.help);
        continue;
      }
      const claim = claims.get(text) ?? { pattern: compiled.pattern, owner: undefined, shadows: [] };
      claims.set(text, claim);
      if (plan.mode === "Shadow") claim.shadows.push(plan);
      else if (claim.owner === undefined) claim.owner = plan;
      else {
        faults.warn(
          "HostConflict",
          path,
          `\`${text}\` belongs to the older APIPolicy \`${claim.owner.key}\`, and this policy does not decide about it`,
          "remove it from one of the two",
        );
      }
    }
  }
  return createHostTrie(
    [...claims.values()].map(
      ({ pattern, owner, shadows }) => [pattern, lazily(() => joinHost(owner, shadows, unknown))] as const,
    ),
  );
}

function joinHost(
  owner: PolicyPlan | undefined,
  shadows: readonly PolicyPlan[],
  unknown: (namespace: string) => readonly PolicyPlan[],
): TargetPlan {
  return joinPolicies(
    owner === undefined ? [] : [owner, ...unknown(owner.namespace).filter((plan) => plan !== owner)],
    shadows,
    "Optional",
  );
}

/** Most hosts of a large installation are asked for on no one replica, so each is joined when it first is. */
function lazily<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}

function enforced(plans: readonly PolicyPlan[]): PolicyPlan[] {
  return plans.filter(({ mode }) => mode === "Enforce");
}

function shadowed(plans: readonly PolicyPlan[]): PolicyPlan[] {
  return plans.filter(({ mode }) => mode === "Shadow");
}
