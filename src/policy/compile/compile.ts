import type { APIPolicy } from "../../api/api-policy.ts";
import type { ClusterAPIPolicy } from "../../api/cluster-api-policy.ts";
import { objectKey, objectRef } from "../../api/resource.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan, PolicyPlan } from "../model/plan.ts";
import { Faults } from "./faults.ts";
import { compilePolicy } from "./policy.ts";
import { compileProviders } from "./provider.ts";
import type { CompileOptions, LastGood, Snapshot } from "./snapshot.ts";
import { indexTargets } from "./targets.ts";

export interface Compilation {
  readonly plan: Plan;
  /** What compiling found; what parsing found is with the resources. */
  readonly diagnostics: readonly Diagnostic[];
  /** For the next compilation. */
  readonly lastGood: LastGood;
}

/** The code of the diagnostic that says that an earlier version of a faulty policy decides. */
export const LAST_GOOD_IN_FORCE = "LastGoodInForce";

/**
 * Turns all resources of one moment into the plan that decides. Total: a faulty policy is told in the diagnostics and denies what it
 * selects, or leaves its last good version in force; no object can keep another from being compiled.
 */
export function compile(snapshot: Snapshot, options: CompileOptions, lastGood: LastGood = new Map()): Compilation {
  const providers = compileProviders(snapshot.providers);
  const good = new Map<string, AnyPolicy>();
  const faultsOf: Faults[] = [];

  const compileOne = <Policy extends AnyPolicy>(
    resource: Policy,
  ): { readonly resource: Policy; readonly plans: readonly PolicyPlan[]; readonly faults: Faults } => {
    const faults = new Faults(resource);
    faultsOf.push(faults);
    const plans = compilePolicy(resource, providers, options, faults);
    const key = objectKey(objectRef(resource));
    if (!plans.some(({ invalid }) => invalid)) {
      good.set(key, resource);
      return { resource, plans, faults };
    }
    const earlier = lastGood.get(key) as Policy | undefined;
    if (earlier === undefined) return { resource, plans, faults };
    good.set(key, earlier);
    faults.warn(
      LAST_GOOD_IN_FORCE,
      "",
      "the last good version of this policy stays in force",
      "mend the faults; until then a restart would deny its target",
    );
    // References are looked up anew: the last good version keeps its rules, never a provider that is gone.
    return { resource: earlier, plans: compilePolicy(earlier, providers, options, new Faults(earlier)), faults };
  };

  const policies = [...snapshot.policies].sort(byAge).map(compileOne);
  const clusterPolicies = [...snapshot.clusterPolicies].sort(byAge).map(compileOne);
  const index = indexTargets({
    policies: policies.flatMap(({ resource, plans, faults }) => plans.map((plan) => ({ resource, plan, faults }))),
    clusterPolicies,
    services: snapshot.services,
    namespaces: snapshot.namespaces,
    lostNamespaces: snapshot.lostNamespaces,
  });
  return {
    plan: { ...index, incomplete: snapshot.incomplete, defaultAction: options.defaultAction, providers: providers.all },
    diagnostics: faultsOf.flatMap(({ diagnostics }) => diagnostics),
    lastGood: good,
  };
}

type AnyPolicy = APIPolicy | ClusterAPIPolicy;

/** Older first, by the API server's clock; in files, where there is none, by name. */
function byAge(left: AnyPolicy, right: AnyPolicy): number {
  return (
    compareText(left.creationTimestamp ?? "", right.creationTimestamp ?? "") ||
    compareText(left.namespace, right.namespace) ||
    compareText(left.name, right.name)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
