import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";

/** Hints that something may have changed. They can fail to come (a network file system, too many directories), so they only hurry polling. */
export interface FileEvents {
  /** Watches these directories and no others, anew where one was replaced; true if it watches any that it did not before. */
  rearm(folders: readonly string[]): Promise<boolean>;
  close(): void;
}

interface Armed {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/** Each is an inotify watch, of which a user has a limited number. */
const MOST_WATCHED = 1000;

/** A watched directory that is removed and made again is another inode, and its watcher hears nothing of it. */
async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Watches directories one by one: Node's recursive watch on Linux goes blind for a file once an editor has replaced it by renaming. The
 * directory above each of `paths` is watched too, but only for that path: it may be a file, or a directory that comes and goes.
 */
export function createFileEvents(paths: readonly string[], onHint: () => void): FileEvents {
  const armed = new Map<string, Armed>();
  let closed = false;
  /** Above each path: which of its entries matter. */
  const above = new Map<string, Set<string>>();
  for (const given of paths.map((relative) => path.resolve(relative))) {
    const names = above.get(path.dirname(given)) ?? new Set();
    above.set(path.dirname(given), names.add(path.basename(given)));
  }

  const disarm = (folder: string, watcher: FSWatcher): void => {
    if (armed.get(folder)?.watcher === watcher) armed.delete(folder);
    watcher.close();
  };

  const arm = (folder: string, identity: string, names: ReadonlySet<string> | undefined): boolean => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (names === undefined || name === null || names.has(name)) onHint();
      });
      armed.set(folder, { watcher, identity });
      watcher.on("error", () => {
        disarm(folder, watcher);
        onHint();
      });
      return true;
    } catch {
      // No watch to be had: polling sees the change.
      return false;
    }
  };

  return {
    async rearm(folders) {
      const inside = new Set(folders.map((folder) => path.resolve(folder)));
      const wanted = [...new Set([...above.keys(), ...inside])].slice(0, MOST_WATCHED);
      let fresh = false;
      for (const folder of wanted) {
        const identity = await identityOf(folder);
        // Whole directories and those above a path are told apart, because one can become the other.
        const known = inside.has(folder) ? `${identity} whole` : identity;
        const now = armed.get(folder);
        if (now !== undefined && now.identity !== known) disarm(folder, now.watcher);
        if (closed || identity === undefined || known === undefined || armed.has(folder)) continue;
        fresh = arm(folder, known, inside.has(folder) ? undefined : above.get(folder)) || fresh;
      }
      for (const [folder, { watcher }] of armed) if (!wanted.includes(folder)) disarm(folder, watcher);
      return fresh;
    },
    close() {
      closed = true;
      for (const [folder, { watcher }] of armed) disarm(folder, watcher);
    },
  };
}
