import { nearest } from "../policy/model/nearest.ts";
import { type APIPolicySpec, apiPolicySpecSchema } from "./api-policy.ts";
import { type ClusterAPIPolicySpec, clusterAPIPolicySpecSchema } from "./cluster-api-policy.ts";
import type { Fault } from "./faults.ts";
import { accepted, invalid, type ObjectContext, resourceOf } from "./object-context.ts";
import type { ParseOutcome } from "./parse-outcome.ts";
import { readValue } from "./read-value.ts";
import { TARGET_FIELDS } from "./target.ts";

/** A fault that leaves open whose calls the policy decides: in a target field, in one misspelt, or in the spec as a whole. */
function hidesTarget(fault: Fault): boolean {
  if (fault.path === "spec" || fault.path === "") return true;
  if (TARGET_FIELDS.some((field) => fault.path.startsWith(`spec.${field}`))) return true;
  const unknown = fault.code === "UnknownField" ? /^spec\.([^.[]+)$/u.exec(fault.path)?.[1] : undefined;
  return unknown !== undefined && (nearest(unknown, TARGET_FIELDS) !== undefined || unknown === "workloadSelector");
}

/** A policy with faults is still a policy: its target denies, and its Deny rules that are sound stay in force. */
export function parsePolicy(context: ObjectContext): ParseOutcome {
  const { raw, faults } = context;
  if (!raw.has("spec")) {
    faults.add(
      "MissingField",
      "spec",
      "`spec` is missing",
      "write `spec: {}` to deny every call to every workload of the namespace",
    );
  }
  const spec = raw.has("spec") ? readValue(apiPolicySpecSchema, raw.get("spec"), "spec", faults) : undefined;
  if (!context.named) return invalid(context, true);
  const kept = (spec ?? { mode: "Enforce" }) as APIPolicySpec;
  const targetUnknown = spec === undefined || faults.items.some(hidesTarget);
  return accepted({ ...resourceOf(context, "APIPolicy", kept), targetUnknown });
}

/** A cluster's policy with faults likewise: what it is for is all namespaces where its selector cannot be read. */
export function parseClusterPolicy(context: ObjectContext): ParseOutcome {
  const { raw, faults } = context;
  if (!raw.has("spec")) {
    faults.add(
      "MissingField",
      "spec",
      "`spec` is missing",
      "write `spec: { defaults: {} }` to deny what no namespace's own policy allows",
    );
  }
  const spec = raw.has("spec") ? readValue(clusterAPIPolicySpecSchema, raw.get("spec"), "spec", faults) : undefined;
  if (!context.named) return invalid(context, true);
  const kept = (spec ?? { mode: "Enforce" }) as ClusterAPIPolicySpec;
  const targetUnknown =
    spec === undefined ||
    faults.items.some(({ path }) => path === "" || path === "spec" || /^spec\.(?!defaults|overrides|mode)/u.test(path));
  return accepted({ ...resourceOf(context, "ClusterAPIPolicy", kept), targetUnknown });
}
