import type { APIPolicy } from "../../api/api-policy.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { Faults } from "./faults.ts";
import { compilePolicy } from "./policy.ts";
import { compileProviders } from "./provider.ts";
import type { CompileOptions, LastGood, Snapshot } from "./snapshot.ts";
import { indexTargets, type TargetedPolicy } from "./targets.ts";

export interface Compilation {
  readonly plan: Plan;
  /** What compiling found; what parsing found is with the resources. */
  readonly diagnostics: readonly Diagnostic[];
  /** For the next compilation. */
  readonly lastGood: LastGood;
}

/**
 * Turns all resources of one moment into the plan that decides. Total: a faulty policy is told in the diagnostics and denies what it
 * selects, or leaves its last good version in force; no object can keep another from being compiled.
 */
export function compile(snapshot: Snapshot, options: CompileOptions, lastGood: LastGood = new Map()): Compilation {
  const providers = compileProviders(snapshot.providers);
  const diagnostics: Diagnostic[] = [];
  const good = new Map<string, APIPolicy>();
  const targeted: TargetedPolicy[] = [];
  for (const resource of [...snapshot.policies].sort(byAge)) {
    const key = `${resource.namespace}/${resource.name}`;
    const { plan, diagnostics: found } = compilePolicy(resource, providers, options);
    const faults = new Faults(resource);
    targeted.push({ resource, plan, faults });
    diagnostics.push(...found);
    if (!plan.invalid) {
      good.set(key, resource);
      continue;
    }
    const earlier = lastGood.get(key);
    if (earlier === undefined) continue;
    // References are looked up anew: the last good version keeps its rules, never a provider that is gone.
    good.set(key, earlier);
    const { plan: earlierPlan } = compilePolicy(earlier, providers, options);
    targeted[targeted.length - 1] = { resource: earlier, plan: earlierPlan, faults };
    faults.warn(
      "LastGoodInForce",
      "",
      "the last good version of this policy stays in force",
      "mend the faults; until then a restart would deny its target",
    );
  }
  const index = indexTargets(targeted, snapshot.services, snapshot.lostNamespaces);
  for (const { faults } of targeted) diagnostics.push(...faults.diagnostics);
  return {
    plan: { ...index, incomplete: snapshot.incomplete, defaultAction: options.defaultAction, providers: providers.all },
    diagnostics,
    lastGood: good,
  };
}

/** Older first, by the API server's clock; in files, where there is none, by name. */
function byAge(left: APIPolicy, right: APIPolicy): number {
  return (
    compareText(left.creationTimestamp ?? "", right.creationTimestamp ?? "") ||
    compareText(left.namespace, right.namespace) ||
    compareText(left.name, right.name)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
