import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";

/** Hints that something may have changed. They can fail to come (a network file system, a linked directory), so they only hurry polling. */
export interface FileEvents {
  /** Watches what is not watched yet, and anew what was replaced since. */
  rearm(): Promise<void>;
  close(): void;
}

interface Armed {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/** A watched directory that is removed and made again is another inode, and its watcher hears nothing of it. */
async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** A file is watched through its directory, because editors replace files by renaming. */
async function folderOf(given: string): Promise<{ readonly folder: string; readonly recursive: boolean }> {
  try {
    const isFolder = (await stat(given)).isDirectory();
    return { folder: isFolder ? given : path.dirname(given), recursive: isFolder };
  } catch {
    return { folder: path.dirname(given), recursive: false };
  }
}

export function createFileEvents(paths: readonly string[], onHint: () => void): FileEvents {
  const armed = new Map<string, Armed>();
  let closed = false;

  const disarm = (name: string, watcher: FSWatcher): void => {
    if (armed.get(name)?.watcher === watcher) armed.delete(name);
    watcher.close();
  };

  const arm = async (given: string): Promise<void> => {
    const { folder, recursive } = await folderOf(given);
    const identity = await identityOf(folder);
    const name = `${given}\0${recursive ? "tree" : "folder"}`;
    for (const [other, { watcher, identity: known }] of armed) {
      if (other.startsWith(`${given}\0`) && (other !== name || known !== identity)) disarm(other, watcher);
    }
    if (closed || identity === undefined || armed.has(name)) return;
    try {
      const watcher = watch(folder, { recursive, persistent: false }, onHint);
      armed.set(name, { watcher, identity });
      watcher.on("error", () => {
        disarm(name, watcher);
        onHint();
      });
    } catch {
      // No watch to be had (too many of them, a file system without any): polling sees the change.
    }
  };

  return {
    async rearm() {
      for (const given of paths) await arm(given);
    },
    close() {
      closed = true;
      for (const [name, { watcher }] of armed) disarm(name, watcher);
    },
  };
}
