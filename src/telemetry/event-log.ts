export interface EventLogDeps<Kept> {
  /** Writes one event; called off the calling path. What it throws is counted, never passed on. */
  readonly write: (kept: Kept) => void;
  /** Milliseconds, monotonic; asked only when a second's allowance is used up. */
  readonly now: () => number;
  /** A number from 0 up to 1, for sampling. */
  readonly random: () => number;
  /** Runs a function soon, off the calling path: `setImmediate`. */
  readonly defer: (run: () => void) => void;
}

export interface EventLogOptions {
  /** The share of allows that is kept, 0 to 1. Denials are not sampled. */
  readonly sampleRate: number;
  /** Events in one second; the last quarter is for denials alone, so that no flood of allows hides them. 0 keeps none. */
  readonly ratePerSecond: number;
  /** Events that may wait to be written. */
  readonly capacity: number;
}

/** Where events went, since the start. `written + sampledOut + overRate + overCapacity + failed`, and what waits, are all that were recorded. */
export interface EventCounts {
  readonly written: number;
  readonly sampledOut: number;
  readonly overRate: number;
  readonly overCapacity: number;
  readonly failed: number;
}

export interface EventLog<Kept> {
  /** Whether an event is to be kept, in constant time; if so, `keep` must follow. Asked first, so that nothing is made for events that are not. */
  admits(denied: boolean): boolean;
  /** Keeps an event. It must not change afterwards: it is read when it is written. */
  keep(event: Kept): void;
  counts(): EventCounts;
  /** Writes all that waits, at once: for the end of the process. */
  flush(): void;
}

/** Lines written in one turn of the event loop; at some 5 µs each a turn stays under half a millisecond. */
const SLICE = 64;

/** A ring of events between the calling path, which only puts a reference into it, and the log, which is written when the loop has time. */
export function createEventLog<Kept>(deps: EventLogDeps<Kept>, options: EventLogOptions): EventLog<Kept> {
  const { sampleRate, ratePerSecond, capacity } = options;
  const allowsPerSecond = Math.ceil(ratePerSecond * 0.75);
  const ring: (Kept | undefined)[] = Array.from({ length: capacity });
  let first = 0;
  let waiting = 0;
  let deferred = false;
  let windowStart = deps.now();
  let windowUsed = 0;
  let written = 0;
  let sampledOut = 0;
  let overRate = 0;
  let overCapacity = 0;
  let failed = 0;

  /** The clock is asked only at the limit: a second begins with the first event after the last one ended. */
  function exceedsRate(limit: number): boolean {
    if (windowUsed < limit) return false;
    const now = deps.now();
    if (now - windowStart < 1000) return true;
    windowStart = now;
    windowUsed = 0;
    return limit === 0;
  }

  function writeUpTo(count: number): void {
    for (let index = 0; index < count && waiting > 0; index++) {
      const event = ring[first] as Kept;
      ring[first] = undefined;
      first = first + 1 === capacity ? 0 : first + 1;
      waiting--;
      try {
        deps.write(event);
        written++;
      } catch {
        failed++;
      }
    }
  }

  function drain(): void {
    writeUpTo(SLICE);
    deferred = waiting > 0;
    if (deferred) deps.defer(drain);
  }

  return {
    admits(denied) {
      if (!denied && sampleRate < 1 && deps.random() >= sampleRate) {
        sampledOut++;
        return false;
      }
      if (exceedsRate(denied ? ratePerSecond : allowsPerSecond)) {
        overRate++;
        return false;
      }
      if (waiting === capacity) {
        overCapacity++;
        return false;
      }
      windowUsed++;
      return true;
    },
    keep(event) {
      const last = first + waiting;
      ring[last >= capacity ? last - capacity : last] = event;
      waiting++;
      if (!deferred) {
        deferred = true;
        deps.defer(drain);
      }
    },
    counts: () => ({ written, sampledOut, overRate, overCapacity, failed }),
    flush: () => writeUpTo(waiting),
  };
}
