/** How many questions one who is asked gets at once, and how many wait for their turn. */
export interface LaneLimits {
  readonly running: number;
  readonly waiting: number;
}

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * A lane for each provider, so that one that is slow, or that a flood of invented tokens asks about, holds up nobody's questions to another.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Runs `task` when it is its turn; `undefined`, at once, where too many wait already. */
  run<T>(name: string, task: () => Promise<T>): Promise<T> | undefined {
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] };
    if (lane.running < this.#limits.running) {
      this.#lanes.set(name, lane);
      lane.running++;
      return task().finally(() => this.#leave(name, lane));
    }
    if (lane.waiting.length >= this.#limits.waiting) return undefined;
    return new Promise<void>((resolve) => {
      lane.waiting.push(resolve);
    }).then(() => task().finally(() => this.#leave(name, lane)));
  }

  /** The place goes straight to who waits longest. */
  #leave(name: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next !== undefined) return next();
    lane.running--;
    if (lane.running === 0) this.#lanes.delete(name);
  }
}
