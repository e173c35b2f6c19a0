import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/**
 * Removes a unix socket that a server left behind when it was killed. Whoever still listens there keeps it, and so does anything that is no
 * socket: listening then fails and says so.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isSocket() !== true || !(await isRefused(path))) return;
  await unlink(path);
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
