import type { APIPolicy } from "../../api/api-policy.ts";
import type { ClusterAPIPolicy } from "../../api/cluster-api-policy.ts";
import type { PolicyPlan } from "../model/plan.ts";
import type { Faults } from "./faults.ts";

/** A namespace's policy with what it selects. */
export interface TargetedPolicy {
  readonly resource: APIPolicy;
  readonly plan: PolicyPlan;
  readonly faults: Faults;
}

/** A cluster's policy with its plans: overrides, defaults or both. */
export interface TargetedClusterPolicy {
  readonly resource: ClusterAPIPolicy;
  readonly plans: readonly PolicyPlan[];
}
