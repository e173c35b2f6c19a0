import type { CounterName } from "./counters.ts";
import type { Limits } from "./limits.ts";

/** How often a peer may do one thing in a period. */
export interface Budget {
  readonly counter: CounterName;
  readonly limit: number;
  /** What each call answered in the period adds to the limit. */
  readonly perAnswer: number;
  used: number;
}

/** The budgets of a connection for frames that cost the peer little and us more. All are counted over one period and then forgotten. */
export class Guard {
  /** Calls answered in this period. */
  answered = 0;
  readonly resets: Budget;
  readonly settings: Budget;
  readonly pings: Budget;
  readonly idleFrames: Budget;
  readonly windowUpdates: Budget;
  readonly emptyData: Budget;
  readonly faults: Budget;
  readonly #period: number;
  #periodEnd: number;

  constructor(limits: Limits, now: number) {
    this.#period = limits.budgetPeriod;
    this.#periodEnd = now + limits.budgetPeriod;
    this.resets = budget("rapid_reset", limits.maxResets, 1);
    this.settings = budget("settings_flood", limits.maxSettings, 0);
    this.pings = budget("ping_flood", limits.maxPings, 2);
    this.idleFrames = budget("idle_frame_flood", limits.maxIdleFrames, 1);
    this.windowUpdates = budget("window_update_flood", limits.maxWindowUpdates, 4);
    this.emptyData = budget("empty_data_flood", limits.maxEmptyData, 0);
    this.faults = budget("fault_flood", limits.maxFaults, 1);
  }

  /** Begins a new period when it is time. */
  roll(now: number): void {
    if (now < this.#periodEnd) {
      return;
    }
    this.#periodEnd = now + this.#period;
    this.answered = 0;
    for (const each of [
      this.resets,
      this.settings,
      this.pings,
      this.idleFrames,
      this.windowUpdates,
      this.emptyData,
      this.faults,
    ]) {
      each.used = 0;
    }
  }

  /** Counts one; false when that was one too many. */
  spend(from: Budget): boolean {
    return ++from.used <= from.limit + from.perAnswer * this.answered;
  }
}

function budget(counter: CounterName, limit: number, perAnswer: number): Budget {
  return { counter, limit, perAnswer, used: 0 };
}
