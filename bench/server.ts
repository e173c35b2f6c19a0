import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A server under measurement, alone on its core. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** Clock ticks in a second, as Linux counts CPU time for programs. Source: proc(5), `sysconf(_SC_CLK_TCK)`. */
const TICKS = 100;

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident megabytes. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

/** Starts Node on one core; `ready` finds the port in a line of its output. */
export async function startPinned(
  core: number,
  args: readonly string[],
  ready: (line: string) => number | undefined,
): Promise<Server> {
  const child = spawn("taskset", ["-c", String(core), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
  });
  // A run that fails must leave no server behind.
  process.once("exit", () => child.kill("SIGKILL"));
  const port = await portOf(child, ready);
  return { pid: child.pid ?? 0, port, stop: () => stop(child) };
}

function portOf(child: ChildProcess, ready: (line: string) => number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${text.slice(-500)}`)));
    child.stdout?.setEncoding("utf8");
    let found = false;
    child.stdout?.on("data", (chunk: string) => {
      if (found) return;
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        const port = ready(line);
        if (port === undefined) continue;
        found = true;
        resolve(port);
      }
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exited;
  clearTimeout(timer);
}

/** The product, once its policies are in force, with events and metrics on. */
export function startSallyport(core: number, policies: string, flags: readonly string[]): Promise<Server> {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  let port: number | undefined;
  let inForce = false;
  const args = [
    "serve",
    "--policies",
    policies,
    "--grpc-address",
    "127.0.0.1:0",
    "--admin-address",
    "127.0.0.1:0",
    "--drain-timeout",
    "0s",
  ];
  return startPinned(core, [main, ...args, ...flags], (line) => {
    const message = JSON.parse(line) as { readonly msg: string; readonly grpc?: string };
    if (message.msg === "listening") port = Number(/:(\d+)$/.exec(message.grpc ?? "")?.[1]);
    if (message.msg === "plan in force") inForce = true;
    return inForce ? port : undefined;
  });
}

export function startEcho(core: number): Promise<Server> {
  const script = fileURLToPath(new URL("grpc-echo.ts", import.meta.url));
  return startPinned(core, [script], (line) => Number(/^port (\d+)$/.exec(line)?.[1]) || undefined);
}
