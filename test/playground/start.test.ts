import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { recordRequirement, requireEnvoy } from "../envoy/harness/requirements.ts";

const START = fileURLToPath(new URL("../../playground/start.ts", import.meta.url));
const FREE_PORTS = {
  PLAYGROUND_GRPC_PORT: "0",
  PLAYGROUND_ADMIN_PORT: "0",
  PLAYGROUND_FRONTEND_PORT: "0",
  PLAYGROUND_OUTBOUND_PORT: "0",
  PLAYGROUND_ORDERS_PORT: "0",
};

const envoy = await requireEnvoy(import.meta.url);
const curl = await promisify(execFile)("curl", ["--version"]).then(
  () => true,
  () => false,
);
if (envoy && !curl) await recordRequirement(import.meta.url, "curl is not on PATH");

interface Started {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly exited: Promise<number | null>;
}

/** One that is killed cannot tidy up. */
const scratch = await mkdtemp(join(tmpdir(), "sallyport-start-"));
afterAll(() => rm(scratch, { recursive: true, force: true }));

function start(args: readonly string[], env: NodeJS.ProcessEnv): Started {
  const started = spawn(process.execPath, [START, ...args], {
    env: { ...process.env, ...FREE_PORTS, TMPDIR: scratch, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [started.stdout, started.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  return { process: started, lines, exited: once(started, "close").then(([code]) => code as number | null) };
}

async function until(condition: () => boolean, lines: readonly string[]): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > limit || lines.some((line) => line.includes("did not start")))
      throw new Error(`waited in vain; it said:\n${lines.join("\n")}`);
    await delay(20);
  }
}

/** Processes whose parent is `pid`. Source: proc_pid_stat(5), the field after the state. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    if (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid) found.push(Number(name));
  }
  return found;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!envoy || !curl)("the playground", () => {
  const running: Started[] = [];
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Started => {
    const started = start(args, env);
    running.push(started);
    return started;
  };
  afterEach(async () => {
    for (const started of running.splice(0)) {
      started.process.kill("SIGKILL");
      await started.exited;
    }
  });

  test("answers each line that it prints as it says", async () => {
    const playground = run(["--check"]);
    const code = await playground.exited;
    expect(playground.lines.filter((line) => /^(FAIL| {6})/.test(line))).toEqual([]);
    expect(playground.lines.filter((line) => line.startsWith("ok ")).length).toBeGreaterThanOrEqual(4);
    expect(code).toBe(0);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    test.skipIf(process.platform !== "linux")(`leaves no process behind after ${signal}`, async () => {
      const playground = run([]);
      await until(() => playground.lines.some((line) => line.includes("Ctrl-C ends everything")), playground.lines);
      const children = await childrenOf(playground.process.pid ?? 0);
      // The data plane, two Envoys and the guardian.
      expect(children.length).toBe(4);
      playground.process.kill(signal);
      expect(await playground.exited).toBe(signal === "SIGKILL" ? null : 0);
      await until(() => !children.some(alive), playground.lines);
    });
  }

  test("tells a port that is in use, starts nothing and exits 1", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => void holder.listen({ port: 0, host: "127.0.0.1" }, resolve));
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const playground = run([], { PLAYGROUND_ORDERS_PORT: String(port) });
    const code = await playground.exited;
    holder.close();
    expect({ code, lines: playground.lines }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(
          new RegExp(
            `^port ${port} \\(orders' sidecar, inbound\\) is in use.*: stop what listens there, or set PLAYGROUND_ORDERS_PORT \\(0 takes a free port\\)$`,
          ),
        ),
      ],
    });
  });

  test("without an Envoy says why and serves the data plane alone", async () => {
    const playground = run([], { ENVOY_BIN: "/nowhere/envoy" });
    await until(() => playground.lines.some((line) => line.includes("The data plane runs alone")), playground.lines);
    expect(playground.lines.slice(1, 3)).toEqual([
      "No Envoy: ENVOY_BIN is `/nowhere/envoy`, which does not run as Envoy.",
      "To get the whole playground: correct ENVOY_BIN or unset it.",
    ]);
    const admin = /health and metrics (http:\S+)/.exec(playground.lines.join("\n"))?.[1];
    expect((await fetch(`${admin}/readyz`)).status).toBe(200);
    playground.process.kill("SIGINT");
    expect(await playground.exited).toBe(0);
  });
});
