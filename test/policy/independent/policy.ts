import type { Labels, PolicyBody, PolicySpec } from "./manifest-types.ts";

/** One APIPolicy, or one half of a ClusterAPIPolicy, as it is in force. */
export interface Policy {
  readonly tier: "override" | "own" | "default";
  /** `shop/orders`, or `base` of a cluster. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly isShadow: boolean;
  readonly candidateFor: string | undefined;
  readonly faulty: boolean;
  readonly targetUnknown: boolean;
  /** Absent where the policy does not select by it. */
  readonly targetRefs: PolicySpec["targetRefs"] | undefined;
  readonly labels: Labels | undefined;
  readonly hosts: readonly string[] | undefined;
  readonly body: PolicyBody;
}
