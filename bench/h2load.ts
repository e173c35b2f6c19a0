import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Throughput {
  readonly callsPerSecond: number;
  /** Share of one core that the generator itself used: near 1, it and not the server is the limit. */
  readonly generatorLoad: number;
}

/** A gRPC message: an uncompressed flag, the length, the bytes. */
export function grpcFrame(message: Buffer): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, 5);
  return frame;
}

export function hasH2load(): boolean {
  return spawnSync("h2load", ["--version"]).status === 0;
}

/**
 * Closed-loop load: `connections` × `streams` calls in flight on one core. h2load counts HTTP 200 alone, which gRPC answers always have; what the
 * answers say is checked apart.
 */
export function h2load(
  core: number,
  port: number,
  message: Buffer,
  options: { readonly calls: number; readonly connections: number; readonly streams: number },
): Throughput {
  const directory = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
  try {
    const data = join(directory, "frame");
    writeFileSync(data, grpcFrame(message));
    const args = [
      "-c",
      String(core),
      "h2load",
      "-n",
      String(options.calls),
      "-c",
      String(options.connections),
      "-m",
      String(options.streams),
      "-t",
      "1",
      "-d",
      data,
    ];
    const headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"];
    const url = `http://127.0.0.1:${port}/envoy.service.auth.v3.Authorization/Check`;
    // The time of h2load's own process, without the shell's: /usr/bin/env time is not everywhere, so bash's builtin tells.
    const run = spawnSync("bash", ["-c", 'TIMEFORMAT="cpu %U %S"; time taskset "$@"', "bash", ...args, ...headers, url], {
      encoding: "utf8",
    });
    const finished = /finished in ([\d.]+)(m?s|us), ([\d.]+) req\/s/.exec(run.stdout);
    const failed = /(\d+) failed, (\d+) errored, (\d+) timeout/.exec(run.stdout);
    if (finished === null || failed === null || failed.slice(1).some((count) => count !== "0")) {
      throw new Error(`h2load failed: ${run.stdout}${run.stderr}`);
    }
    const seconds = Number(finished[1]) / ({ s: 1, ms: 1000, us: 1e6 }[finished[2] ?? "s"] ?? 1);
    const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(run.stderr);
    return { callsPerSecond: Number(finished[3]), generatorLoad: (Number(cpu?.[1] ?? 0) + Number(cpu?.[2] ?? 0)) / seconds };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
