import { createFileEvents } from "./file-events.ts";
import type { FileResult } from "./file-result.ts";
import { fingerprint } from "./fingerprint.ts";
import { type ReadOptions, readManifests } from "./read-manifests.ts";

export interface WatchOptions extends ReadOptions {
  /** Milliseconds in which changes are gathered into one read; 100 by default. */
  readonly debounceMs?: number;
  /** Milliseconds between looks that need no event; 5000 by default. */
  readonly pollMs?: number;
}

export interface WatchListeners {
  /** Gets everything under the paths, first as it is at the start, then after each change. The next read waits for it. */
  onRead(results: readonly FileResult[]): void | Promise<void>;
  /** Gets what `onRead` threw; watching goes on. */
  onError(error: unknown): void;
}

export interface ManifestWatcher {
  /** Settles when the last callback has returned; none comes after. */
  close(): Promise<void>;
}

/** How often a directory that keeps changing is read again before it is given as it was seen. */
const MOST_ATTEMPTS = 5;

/**
 * Watches files and directories of manifests. What it gives is always read whole, and read again where something changed meanwhile, so that
 * a swapped ConfigMap is not seen half. Neither timers nor watches keep the process alive.
 */
export function watchManifests(paths: readonly string[], options: WatchOptions, listeners: WatchListeners): ManifestWatcher {
  const { debounceMs = 100, pollMs = 5000 } = options;
  let seen: string | undefined;
  let closed = false;
  let hinted: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  const isClosed = (): boolean => closed;

  const look = async (): Promise<void> => {
    for (let attempt = 1; !isClosed(); attempt++) {
      const before = await fingerprint(paths);
      // What changed before a directory was watched was told by no event, so it is looked at once more.
      if ((await events.rearm(before.folders)) && attempt < MOST_ATTEMPTS) continue;
      if (before.text === seen) return;
      const results = await readManifests(paths, options);
      const settled = before.text === (await fingerprint(paths)).text;
      if (!settled && attempt < MOST_ATTEMPTS) continue;
      if (isClosed()) return;
      seen = settled ? before.text : undefined;
      await listeners.onRead(results);
      return;
    }
  };

  /** One look at a time; a hint that comes during one asks for another after it. */
  const check = (): void => {
    if (closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = look()
      .catch((error: unknown) => listeners.onError(error))
      .finally(() => {
        running = undefined;
        if (!again) return;
        again = false;
        hint();
      });
  };

  const hint = (): void => {
    if (closed || hinted !== undefined) return;
    hinted = setTimeout(() => {
      hinted = undefined;
      check();
    }, debounceMs);
    hinted.unref();
  };

  const events = createFileEvents(paths, hint);
  const poll = setInterval(check, pollMs);
  poll.unref();
  check();

  return {
    async close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(hinted);
      events.close();
      await running;
    },
  };
}
