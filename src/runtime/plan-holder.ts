import type { Diagnostic, Severity } from "../policy/model/diagnostic.ts";
import type { Plan } from "../policy/model/plan.ts";

/** What is in force, and since when. */
export interface PlanInForce {
  readonly plan: Plan;
  /** Counts up from 1. */
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly faults: Readonly<Record<Severity, number>>;
}

/** The one reference by which a plan comes into force. Whoever decides reads it once a request. */
export class PlanHolder {
  #current: PlanInForce | undefined = undefined;

  get current(): PlanInForce | undefined {
    return this.#current;
  }

  swap(plan: Plan, diagnostics: readonly Diagnostic[], now: number): PlanInForce {
    const faults = { error: 0, warning: 0, note: 0 };
    for (const { severity } of diagnostics) faults[severity]++;
    this.#current = { plan, generation: (this.#current?.generation ?? 0) + 1, since: now, diagnostics, faults };
    return this.#current;
  }
}
