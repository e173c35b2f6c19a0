import type { Check, Readiness } from "../admin/readiness.ts";
import { objectKey } from "../api/resource.ts";
import type { ProviderStatus } from "../identity/jwt/jwks-cache.ts";
import { LAST_GOOD_IN_FORCE } from "../policy/compile/compile.ts";
import type { PlanInForce } from "./plan-holder.ts";

export interface ReadinessInputs {
  readonly inForce: PlanInForce | undefined;
  readonly draining: boolean;
  /** Files whose last good content is in force. */
  readonly staleFiles: readonly string[];
  readonly providers: readonly ProviderStatus[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Faults that are listed one by one; a broken generator of policies should not make a page of megabytes. */
const MOST_FAULTS = 100;

/** Ready as soon as there is a plan, until the drain begins. Faulty policies are told and hold nothing up: theirs alone deny. */
export function readinessOf({ inForce, draining, staleFiles, providers, now }: ReadinessInputs): Readiness {
  const checks: Check[] = [];
  if (draining) checks.push({ name: "drain", state: "fail", message: "the process is ending" });
  if (inForce === undefined)
    return { ready: false, checks: [...checks, { name: "policies", state: "fail", message: "not read yet" }] };
  const age = Math.round((now - inForce.since) / 1000);
  checks.push({ name: "policies", state: "ok", message: `generation ${inForce.generation}, ${age} s old` });
  if (inForce.plan.incomplete) {
    checks.push({
      name: "policies",
      state: "warn",
      message: "a file could not be read since the start, so every target denies until it can",
    });
  }
  for (const file of staleFiles)
    checks.push({ name: file, state: "warn", message: "cannot be read; its last good content is in force" });
  // A fault says what is wrong; whether the target denies or an earlier version decides is told beside it.
  const faults = inForce.diagnostics.filter(({ severity, code }) => severity === "error" || code === LAST_GOOD_IN_FORCE);
  for (const { object, source, path, message } of faults.slice(0, MOST_FAULTS)) {
    const where =
      source === undefined
        ? object === undefined
          ? "policies"
          : objectKey(object)
        : `${source.file}:${source.line}:${source.column}`;
    checks.push({ name: where, state: "warn", message: path === "" ? message : `${path}: ${message}` });
  }
  if (faults.length > MOST_FAULTS)
    checks.push({ name: "policies", state: "warn", message: `${faults.length - MOST_FAULTS} more faults` });
  for (const { name, keys, lastError } of providers) {
    if (lastError !== undefined)
      checks.push({
        name: `provider ${name}`,
        state: "warn",
        message: `${keys} keys serve; the last refresh failed: ${lastError}`,
      });
  }
  return { ready: !draining, checks };
}
