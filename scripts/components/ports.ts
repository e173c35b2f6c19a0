import { randomInt } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { basename } from "node:path";

/** True if something listens on the port of the loopback interface, or of all of them. */
export function portInUse(port: number, address = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** Below the ranges from which Linux and macOS take the ports of outgoing calls, which would take one away again. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Given to someone in this process, who may not listen yet. */
const given = new Set<number>();

/** A port that is free now and that no one else in this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port) || (await portInUse(port))) continue;
    given.add(port);
    return port;
  }
}

/**
 * Who listens on a TCP port, as `node src/main.ts serve, process 1234`; undefined where that cannot be known (no procfs, or another user's process).
 * Source: proc_net(5): local address in hex, state 0A is LISTEN, the tenth column is the socket's inode.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (await readFile(table, "utf8").catch(() => "")).split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${wanted}`) && columns[3] === "0A" && columns[9]) inodes.add(`socket:[${columns[9]}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (inodes.has(link)) return `${await commandOf(pid)}, process ${pid}`;
    }
  }
  return undefined;
}

/** The program and the words before its first flag: enough to know it by. proc_pid_comm(5) would call every Node `MainThread`. */
async function commandOf(pid: string): Promise<string> {
  const [program = "", ...args] = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  const flag = args.findIndex((word) => word === "" || word.startsWith("-"));
  return [basename(program), ...args.slice(0, flag === -1 ? 3 : Math.min(flag, 3))].join(" ") || "an unknown program";
}
