import { mkdir, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Where fetched and built components are kept, by name and version: `$XDG_CACHE_HOME/sallyport`, else `~/.cache/sallyport`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "sallyport");
}

/** A holder touches its lock at least this often; a lock older than four times this has lost its holder. Milliseconds. */
const HEARTBEAT = 2_000;

/**
 * Runs `work` while no other process holds the lock of this name. `mkdir` is the one operation that every file system makes
 * atomic, so the lock is a directory; its age tells a holder that died from one that is slow.
 */
export async function withLock<T>(directory: string, name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(directory, { recursive: true });
  const lock = join(directory, `${name}.lock`);
  while (!(await tryLock(lock))) await delay(150);
  const heartbeat = setInterval(() => void touch(lock), HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(lock, { recursive: true, force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const age = await stat(lock).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  if (age > 4 * HEARTBEAT) await rm(lock, { recursive: true, force: true });
  return false;
}

/** Making an entry and removing it moves the directory's mtime, on every platform. */
async function touch(lock: string): Promise<void> {
  const entry = join(lock, "alive");
  await mkdir(entry, { recursive: true }).catch(() => undefined);
  await rm(entry, { recursive: true, force: true }).catch(() => undefined);
}
