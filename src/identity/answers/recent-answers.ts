import type { Verification } from "../../policy/model/authentication.ts";

interface Entry {
  readonly verification: Verification;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * What was answered lately, by key. Bounded by two generations of half the size: what is used moves to the younger, and when that is full the
 * elder goes.
 */
export class RecentAnswers {
  readonly #half: number;
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();

  constructor(max: number) {
    this.#half = Math.max(1, Math.floor(max / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string, now: number): Verification | undefined {
    const young = this.#young.get(key);
    const entry = young ?? this.#old.get(key);
    if (entry === undefined || now >= entry.until) return undefined;
    if (young === undefined) {
      this.#old.delete(key);
      this.#add(key, entry);
    }
    return entry.verification;
  }

  set(key: string, verification: Verification, until: number): void {
    this.#old.delete(key);
    this.#add(key, { verification, until });
  }

  #add(key: string, entry: Entry): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, entry);
  }
}
