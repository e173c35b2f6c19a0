import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { h2load, hasH2load } from "./h2load.ts";
import type { LoadPlan, LoadResult } from "./load.ts";
import { type Row, type Tail, writeReport } from "./report.ts";
import { cpuSeconds, residentMegabytes, type Server, startEcho, startSallyport } from "./server.ts";
import { type World, worlds } from "./worlds.ts";

/**
 * `npm run bench`: one run measures the yardstick and everything that is compared with it, each server alone on one core and the load on the other.
 * `--quick` goes through the same motions in seconds, to see that they work; its figures mean nothing and are not written. `--only NAME,…` picks worlds.
 */
const SERVER_CORE = 0;
const LOAD_CORE = 1;
const TRANSPORTS = ["grpc-js", "fast"] as const;
const IN_FLIGHT = [
  { connections: 1, streams: 1 },
  { connections: 4, streams: 4 },
  { connections: 4, streams: 16 },
] as const;
const BUSIEST = IN_FLIGHT[2];

const quick = process.argv.includes("--quick");
const only = process.argv.includes("--only") ? (process.argv[process.argv.indexOf("--only") + 1] ?? "").split(",") : undefined;
const selected = worlds(quick).filter(({ name }) => only?.includes(name) ?? true);

if (cpus().length < 2) fail("two cores are needed: one for the server, one for the load");
if (!hasH2load()) fail("h2load is needed: `apt-get install nghttp2-client`");

const directory = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
const rows: Row[] = [];
const tails: Tail[] = [];
try {
  const echo = await startEcho(SERVER_CORE);
  const any = selected[0];
  if (any === undefined) fail("no world has that name");
  else rows.push(...measure("echo", "raw grpc-js echo, no decision at all", "grpc-js", echo, any));
  await echo.stop();
  for (const world of selected) {
    const policies = join(directory, world.name);
    world.write(policies);
    for (const transport of world.scale === true ? (["fast"] as const) : TRANSPORTS) {
      const server = await startSallyport(SERVER_CORE, policies, ["--transport", transport]);
      rows.push(...measure(world.name, world.what, transport, server, world));
      if (world.name === "rbac") tails.push(...measureTails(transport, server, world));
      await server.stop();
    }
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
writeReport(rows, tails, !quick && only === undefined);

function measure(name: string, what: string, transport: Row["transport"], server: Server, world: World): Row[] {
  const isEcho = name === "echo";
  const once = world.once === true && !isEcho;
  // Calls that may be made once only are dealt out: a share to warm up with, and one for each load.
  const share = (index: number): string[] => {
    const size = Math.floor(world.calls.length / (IN_FLIGHT.length + 1));
    return encoded(once ? world.calls.slice(index * size, (index + 1) * size) : world.calls);
  };
  // Warm up, and make sure that what is measured is what is meant: every call allowed.
  const warmUp = share(IN_FLIGHT.length);
  const check = generate(server, {
    calls: warmUp,
    count: once ? warmUp.length : quick ? 200 : 5000,
    connections: 4,
    streams: 16,
  });
  if (!isEcho && check.denied > 0) fail(`${name}: ${check.denied} calls were denied`);
  return IN_FLIGHT.filter((load) => isEcho || world.scale !== true || load === BUSIEST).map((load) => {
    const inFlight = load.connections * load.streams;
    const calls = share(IN_FLIGHT.indexOf(load));
    const count = once ? calls.length : quick ? 200 : inFlight === 1 ? 10_000 : 40_000;
    const began = performance.now();
    let before = cpuSeconds(server.pid);
    const latency = generate(server, { calls, count, ...load });
    if (!isEcho && latency.denied > 0) fail(`${name}: ${latency.denied} calls were denied`);
    let made = count;
    let throughput = { callsPerSecond: count / latency.seconds, generatorLoad: Number.NaN };
    if (!once) {
      before = cpuSeconds(server.pid);
      made = quick ? 500 : inFlight === 1 ? 20_000 : isEcho || transport === "grpc-js" ? 80_000 : 300_000;
      throughput = h2load(LOAD_CORE, server.port, world.calls[0] as Buffer, { calls: made, ...load });
    }
    const cpu = cpuSeconds(server.pid) - before;
    const row: Row = {
      name,
      what,
      transport,
      inFlight,
      ...throughput,
      p50: latency.p50,
      p99: latency.p99,
      cpuPerThousand: cpu / (made / 1000),
      rss: residentMegabytes(server.pid),
    };
    console.log(
      `${name} ${transport} ×${inFlight}: ${Math.round(row.callsPerSecond)} calls/s in ${Math.round(performance.now() - began)} ms`,
    );
    return row;
  });
}

/** Open loop at shares of what the server can do at most. */
function measureTails(transport: Row["transport"], server: Server, world: World): Tail[] {
  const most =
    rows.find((row) => row.name === world.name && row.transport === transport && row.inFlight === 64)?.callsPerSecond ?? 0;
  return [0.1, 0.5, 0.8].map((share) => {
    const rate = Math.round(most * share);
    const result = generate(server, {
      calls: encoded(world.calls),
      count: quick ? 200 : Math.max(20_000, rate * 5),
      connections: 4,
      streams: 0,
      rate,
    });
    return {
      transport,
      share,
      rate,
      achieved: Math.round((quick ? 200 : Math.max(20_000, rate * 5)) / result.seconds),
      ...result,
    };
  });
}

function encoded(calls: readonly Buffer[]): string[] {
  return calls.map((call) => call.toString("base64"));
}

function generate(server: Server, plan: LoadPlan): LoadResult {
  const file = join(directory, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const script = fileURLToPath(new URL("load.ts", import.meta.url));
  const output = execFileSync("taskset", ["-c", String(LOAD_CORE), process.execPath, script, String(server.port), file], {
    encoding: "utf8",
    timeout: 120_000,
  });
  return JSON.parse(output) as LoadResult;
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(1);
}
