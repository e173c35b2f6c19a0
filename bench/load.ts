import { readFileSync } from "node:fs";
import { Connection, encodeCall } from "./client.ts";

/** Runs in a process of its own, pinned: `node load.ts PORT CALLS.json`, and prints one line of JSON. */
export interface LoadPlan {
  /** CheckRequests, base64. */
  readonly calls: readonly string[];
  readonly count: number;
  readonly connections: number;
  /** Closed loop: calls in flight on each connection. */
  readonly streams: number;
  /** Open loop: calls a second, at fixed times whatever the answers do; latency counts from the time that a call was due. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly denied: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

async function run(port: number, plan: LoadPlan): Promise<LoadResult> {
  const calls = plan.calls.map((call) => encodeCall(Buffer.from(call, "base64")));
  const latencies = new Float64Array(plan.count);
  const started = plan.rate === undefined ? closed : open;
  let denied = 0;
  const begin = performance.now();
  await started(port, plan, calls, (index, since, allowed) => {
    latencies[index] = performance.now() - since;
    if (!allowed) denied++;
  });
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort();
  const at = (share: number): number =>
    Number((latencies[Math.min(plan.count - 1, Math.floor(plan.count * share))] ?? 0).toFixed(3));
  return { seconds, denied, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

type Record = (index: number, since: number, allowed: boolean) => void;

async function closed(port: number, plan: LoadPlan, calls: readonly Buffer[], record: Record): Promise<void> {
  let sent = 0;
  let answered = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const fill: (() => void)[] = [];
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, async (_, slot) => {
      const since = new Map<number, number>();
      let inFlight = 0;
      const connection = await Connection.open(port, (stream, allowed) => {
        record(answered++, since.get(stream) ?? 0, allowed);
        since.delete(stream);
        inFlight--;
        if (answered === plan.count) resolve();
        else setImmediate(() => fill[slot]?.());
      });
      fill[slot] = () => {
        connection.cork();
        while (inFlight < plan.streams && sent < plan.count) {
          const stream = connection.send(calls[sent % calls.length] as Buffer);
          if (stream === 0) break;
          since.set(stream, performance.now());
          sent++;
          inFlight++;
        }
        connection.uncork();
      };
      return connection;
    }),
  );
  for (const start of fill) start();
  await promise;
  for (const connection of connections) connection.close();
}

async function open(port: number, plan: LoadPlan, calls: readonly Buffer[], record: Record): Promise<void> {
  const interval = 1000 / (plan.rate ?? 1);
  let sent = 0;
  let answered = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const due: Map<number, number>[] = [];
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, (_, slot) => {
      const since = new Map<number, number>();
      due[slot] = since;
      return Connection.open(port, (stream, allowed) => {
        record(answered++, since.get(stream) ?? 0, allowed);
        since.delete(stream);
        if (answered === plan.count) resolve();
      });
    }),
  );
  const begin = performance.now();
  // The generator has a core to itself, so it looks at the clock all the time rather than trust timers of a millisecond.
  const send = (): void => {
    const now = performance.now();
    for (const connection of connections) connection.cork();
    while (sent < plan.count && begin + sent * interval <= now) {
      const slot = sent % connections.length;
      const stream = connections[slot]?.send(calls[sent % calls.length] as Buffer) ?? 0;
      if (stream === 0) break;
      due[slot]?.set(stream, begin + sent * interval);
      sent++;
    }
    for (const connection of connections) connection.uncork();
    if (sent < plan.count) setImmediate(send);
  };
  send();
  await promise;
  for (const connection of connections) connection.close();
}

const [port = "", file = ""] = process.argv.slice(2);
console.log(JSON.stringify(await run(Number(port), JSON.parse(readFileSync(file, "utf8")) as LoadPlan)));
