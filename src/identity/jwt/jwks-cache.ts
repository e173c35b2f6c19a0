import type { ProviderPlan } from "../../policy/model/authentication.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Fetcher } from "../outbound/fetcher.ts";
import type { Algorithm } from "./algorithm.ts";
import { fits, type VerificationKey } from "./jwk.ts";
import { type JwkSet, readJwkSet } from "./jwk-set.ts";
import { fetchJwkSet } from "./key-fetch.ts";

/** How one provider's keys fare. */
export interface ProviderStatus {
  /** `IdentityProvider shop/corp` */
  readonly key: string;
  /** `shop/corp` */
  readonly name: string;
  /** How many keys serve now; 0 when none was ever had or the stale limit has passed. */
  readonly keys: number;
  /** Seconds since the keys were last fetched; absent before the first success and for inline keys. */
  readonly age?: number;
  readonly refreshes: number;
  readonly failures: number;
  /** Why the last refresh failed; absent after a success. */
  readonly lastError?: string;
  /** Keys of the set that were left out, and why. */
  readonly faults: readonly string[];
}

/** A refresh that has ended, for the log. */
export interface RefreshEvent {
  readonly provider: string;
  readonly keys: number;
  /** Absent when it went well. */
  readonly error?: string;
}

/** What a token's header asks for. */
export interface KeyQuery {
  readonly algorithm: Algorithm;
  readonly kid?: string;
}

/** The keys to try; or `unknown`: none fits and none will come; or `unavailable`: no keys can be had. */
export type KeyAnswer = readonly VerificationKey[] | "unknown" | "unavailable";

export interface KeyCacheDeps {
  readonly clock: Clock;
  readonly fetcher: Fetcher;
  /** A number in [0, 1) that spreads the refreshes of many replicas. */
  readonly random: () => number;
  readonly report: (event: RefreshEvent) => void;
}

/** Several keys of one set may share an id; trying more than a few of them is work for whoever forges. */
const MOST_TRIES = 4;
/** Milliseconds before a failed refresh is tried again; doubles with each failure up to the refresh interval. */
const FIRST_RETRY = 1000;

/**
 * The keys of one provider. They are refreshed in the background, shortly before they are due, so that no request ever waits for a key that
 * is known. A request waits only for a key that is not: for the refresh under way or, outside the cool-down, for one that it starts.
 *
 * Keys serve until `staleLimit` seconds past the moment they were due; then there are none, and no other key steps in.
 */
export class KeyCache {
  readonly #deps: KeyCacheDeps;
  #plan: ProviderPlan;
  #set: JwkSet = { keys: [], faults: [] };
  /** Keys by fingerprint: a key that a refresh finds unchanged stays the same object, and with it what it verified. */
  #live: ReadonlyMap<string, VerificationKey> = new Map();
  #fetchedAt: number | undefined;
  #attemptedAt: number | undefined;
  #underway: Promise<void> | undefined;
  #timer: Cancel = () => {};
  #closed = false;
  #refreshes = 0;
  #failures = 0;
  #failuresInARow = 0;
  #lastError: string | undefined;

  constructor(plan: ProviderPlan, deps: KeyCacheDeps) {
    this.#plan = plan;
    this.#deps = deps;
    if (plan.keys.from === "inline") this.#take(readJwkSet(plan.keys.jwks));
    else void this.refresh();
  }

  /** Takes over the timing of a changed provider whose source of keys is the same. */
  reconfigure(plan: ProviderPlan): void {
    const sooner = plan.refreshInterval < this.#plan.refreshInterval;
    this.#plan = plan;
    if (sooner && this.#underway === undefined) this.#scheduleNext();
  }

  /** At once wherever it can be; a promise only if a refresh must be waited for. The promise never rejects. */
  find(query: KeyQuery): KeyAnswer | Promise<KeyAnswer> {
    const now = this.#deps.clock.now();
    const usable = this.#usable(now);
    if (usable) {
      const answer = this.#select(query);
      if (answer !== undefined) return answer;
    }
    if (this.#plan.keys.from === "inline") return usable ? "unknown" : "unavailable";
    if (this.#underway === undefined && (this.#closed || this.#coolingDown(now))) return usable ? "unknown" : "unavailable";
    const attempt = this.#underway ?? this.refresh();
    return attempt.then(() => this.#afterWaiting(query));
  }

  /** Whether the provider still publishes this very key, and it may still be used. */
  vouchesFor(key: VerificationKey, now: number): boolean {
    return !this.#closed && this.#live.get(key.fingerprint) === key && this.#usable(now);
  }

  /** Fetches the keys, or joins the fetch under way. Never rejects. */
  refresh(): Promise<void> {
    this.#underway ??= this.#refreshOnce()
      .catch((error: unknown) => {
        this.#lastError = error instanceof Error ? error.message : "the refresh failed";
      })
      .finally(() => {
        this.#underway = undefined;
        this.#scheduleNext();
      });
    return this.#underway;
  }

  status(): ProviderStatus {
    const now = this.#deps.clock.now();
    return {
      key: this.#plan.key,
      name: this.#plan.name,
      keys: this.#usable(now) ? this.#set.keys.length : 0,
      ...(this.#fetchedAt === undefined || this.#plan.keys.from === "inline" ? {} : { age: (now - this.#fetchedAt) / 1000 }),
      refreshes: this.#refreshes,
      failures: this.#failures,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      faults: this.#set.faults,
    };
  }

  /** Ends refreshing and disowns what the keys verified; they still verify for requests that came before. */
  close(): void {
    this.#closed = true;
    this.#timer();
  }

  async #refreshOnce(): Promise<void> {
    this.#timer();
    const set = await fetchJwkSet(this.#plan, this.#deps.fetcher);
    this.#attemptedAt = this.#deps.clock.now();
    if (this.#closed) return;
    this.#take(set);
    const error = this.#lastError;
    this.#deps.report({ provider: this.#plan.name, keys: this.#set.keys.length, ...(error === undefined ? {} : { error }) });
  }

  /** An answer without a single usable key is a failure: a provider that publishes nothing is broken, and the old keys serve on. */
  #take(set: JwkSet | string): void {
    this.#refreshes++;
    const error = typeof set === "string" ? set : set.keys.length === 0 ? "the JWK set has no usable key" : undefined;
    this.#lastError = error;
    if (typeof set === "string" || error !== undefined) {
      this.#failures++;
      this.#failuresInARow++;
      return;
    }
    this.#failuresInARow = 0;
    this.#fetchedAt = this.#deps.clock.now();
    const keys = set.keys.map((key) => this.#live.get(key.fingerprint) ?? key);
    this.#set = { keys, faults: set.faults };
    this.#live = new Map(keys.map((key) => [key.fingerprint, key]));
  }

  #usable(now: number): boolean {
    if (this.#fetchedAt === undefined) return false;
    const { keys, refreshInterval, staleLimit } = this.#plan;
    return keys.from === "inline" || now < this.#fetchedAt + (refreshInterval + staleLimit) * 1000;
  }

  /** A clock that was set back must not prolong the cool-down. */
  #coolingDown(now: number): boolean {
    const since = this.#attemptedAt;
    return since !== undefined && now >= since && now < since + this.#plan.cooldown * 1000;
  }

  /** `undefined`: a newer set might know more. */
  #select({ kid, algorithm }: KeyQuery): KeyAnswer | undefined {
    const fitting = this.#set.keys.filter((key) => fits(key, algorithm) && (kid === undefined || key.kid === kid));
    if (fitting.length === 0) return undefined;
    // OpenID Connect Core §10.1: with several keys in the set, a token must name its own. Guessing would make forgeries cheaper than checks.
    if (kid === undefined && fitting.length > 1) return "unknown";
    return fitting.slice(0, MOST_TRIES);
  }

  /** If the refresh failed, nobody can say whether the key exists. */
  #afterWaiting(query: KeyQuery): KeyAnswer {
    if (!this.#usable(this.#deps.clock.now())) return "unavailable";
    return this.#select(query) ?? (this.#lastError === undefined ? "unknown" : "unavailable");
  }

  #scheduleNext(): void {
    this.#timer();
    if (this.#closed || this.#plan.keys.from === "inline") return;
    const interval = this.#plan.refreshInterval * 1000;
    const delay =
      this.#failuresInARow === 0
        ? interval * (0.8 + 0.1 * this.#deps.random())
        : Math.min(FIRST_RETRY * 2 ** (this.#failuresInARow - 1), interval);
    this.#timer = this.#deps.clock.schedule(delay, () => void this.refresh());
  }
}
