import type { RefreshEvent } from "../identity/jwt/jwks-cache.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import type { Log } from "../telemetry/logger.ts";
import type { ManifestPlan } from "./manifest-plans.ts";
import type { PlanInForce } from "./plan-holder.ts";

/** Tells a plan that came into force, and each of its faults in a line of its own. */
export function reportPlan(log: Log, inForce: PlanInForce, { files, objects, staleFiles }: ManifestPlan): void {
  const { error: errors, warning: warnings } = inForce.faults;
  for (const diagnostic of inForce.diagnostics) {
    if (diagnostic.severity !== "note")
      log[diagnostic.severity === "error" ? "error" : "warn"]("policy fault", fieldsOf(diagnostic));
  }
  for (const file of staleFiles) log.warn("file cannot be read, its last good content stays in force", { file });
  log.info("plan in force", { generation: inForce.generation, files, objects, errors, warnings });
}

function fieldsOf({ code, object, path, message, help, source }: Diagnostic): Record<string, string | undefined> {
  return {
    code,
    object:
      object === undefined
        ? undefined
        : `${object.kind} ${object.namespace === undefined ? "" : `${object.namespace}/`}${object.name}`,
    field: path === "" ? undefined : path,
    fault: message,
    help,
    at: source === undefined ? undefined : `${source.file}:${source.line}:${source.column}`,
  };
}

export function reportRefresh(log: Log, { provider, keys, error }: RefreshEvent): void {
  if (error === undefined) log.debug("keys refreshed", { provider, keys });
  else log.warn("keys could not be refreshed", { provider, keys, cause: error });
}
