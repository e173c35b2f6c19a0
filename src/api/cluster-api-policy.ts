import { mode, policyBodyFields, policyBodyInstead } from "./api-policy.ts";
import { type Check, oneOrBoth } from "./check.ts";
import { optional, type Parsed, struct } from "./fields.ts";
import type { Resource } from "./resource.ts";
import { labelSelector } from "./selector.ts";

const bodySchema = (description: string) => struct(description, policyBodyFields, { salvage: true, instead: policyBodyInstead });

const saysSomething: Check = oneOrBoth(["defaults", "overrides"]);

export const clusterAPIPolicySpecSchema = struct(
  "What holds in many namespaces at once. References are to cluster-scoped kinds, and API keys are those of the installation's namespace.",
  {
    namespaceSelector: optional(
      labelSelector(
        "Selects the namespaces by their labels; without it, all of them. `kubernetes.io/metadata.name` is a namespace's name.",
      ),
    ),
    mode,
    defaults: optional(
      bodySchema(
        "What decides about targets that no APIPolicy of their namespace selects. All defaults of a target count together.",
      ),
    ),
    overrides: optional(
      bodySchema(
        "What comes before every APIPolicy: a Deny refuses, and an Allow admits whatever the namespace's own policies say.",
      ),
    ),
  },
  { salvage: true, checks: [saysSomething] },
);

export type ClusterAPIPolicySpec = Parsed<typeof clusterAPIPolicySpecSchema>;
export type PolicyBody = NonNullable<ClusterAPIPolicySpec["defaults"]>;

export interface ClusterAPIPolicy extends Resource<"ClusterAPIPolicy", ClusterAPIPolicySpec> {
  /** Which namespaces the policy is for cannot be told from what is left of it: all of them must be taken to be meant. */
  readonly targetUnknown: boolean;
}
