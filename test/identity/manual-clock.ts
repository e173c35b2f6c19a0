import type { Clock } from "../../src/identity/clock.ts";

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves on by `seconds`, and runs what falls due on the way, in its order. */
  advance(seconds: number): void;
  /** Seconds until the next task; `undefined` when none waits. */
  nextIn(): number | undefined;
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function createManualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  const waiting = new Set<{ readonly at: number; readonly task: () => void }>();
  const soonest = () => [...waiting].sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    schedule(delay, task) {
      const entry = { at: now + delay, task };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    advance(seconds) {
      const end = now + seconds * 1000;
      for (let due = soonest(); due !== undefined && due.at <= end; due = soonest()) {
        waiting.delete(due);
        now = due.at;
        due.task();
      }
      now = end;
    },
    nextIn() {
      const due = soonest();
      return due === undefined ? undefined : (due.at - now) / 1000;
    },
  };
}
