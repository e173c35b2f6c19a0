export interface LoopWatchDeps {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Runs a function each `ms` milliseconds, later where the loop is held; returns what ends it. */
  readonly every: (ms: number, run: () => void) => () => void;
}

export interface LoopWatch {
  /**
   * Milliseconds that bytes read at `readAt` (by the same clock; `undefined` for now) may have lain unread: the time since the loop was last known to
   * be punctual, so at most one beat too much.
   */
  readonly waited: (readAt: number | undefined) => number;
  close(): void;
}

/** Milliseconds. */
const BEAT = 20;

/**
 * Knows how far the event loop lags behind. The loop runs timers first and then reads every socket that has something to read, up to 2 MiB of it, so
 * what is read after a late beat may have waited since the beat was due, and what is read long after the last beat since then. Reading the
 * time of a call costs nothing here: it is that of the read which brought it.
 */
export function createLoopWatch({ now, every }: LoopWatchDeps): LoopWatch {
  let beatAt = now();
  let punctualAt = beatAt;
  const close = every(BEAT, () => {
    const time = now();
    punctualAt = Math.min(time, beatAt + BEAT);
    beatAt = time;
  });
  return { waited: (readAt) => (readAt ?? now()) - punctualAt, close };
}
