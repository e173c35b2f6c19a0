/** Ends a scheduled task that has not run yet; does nothing afterwards. */
export type Cancel = () => void;

/** Time, as everything in this folder sees it, so that a test can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `delay` milliseconds from now. A waiting task does not keep the process alive. */
  schedule(delay: number, task: () => void): Cancel;
}

/** Node clamps a longer delay to one millisecond, which would turn a rare refresh into a busy loop. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The process's own clock and timers. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    schedule(delay, task) {
      const timer = setTimeout(task, Math.min(Math.max(delay, 0), LONGEST_DELAY));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
