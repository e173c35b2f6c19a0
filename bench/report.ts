import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

export interface Row {
  readonly name: string;
  readonly what: string;
  readonly transport: "grpc-js" | "fast";
  readonly inFlight: number;
  readonly callsPerSecond: number;
  readonly generatorLoad: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds of the server for a thousand calls. */
  readonly cpuPerThousand: number;
  /** Megabytes. */
  readonly rss: number;
}

export interface Tail {
  readonly transport: "grpc-js" | "fast";
  /** Of saturation. */
  readonly share: number;
  /** Calls a second, wanted and had. */
  readonly rate: number;
  readonly achieved: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const PAGE: URL = new URL("../docs/performance.md", import.meta.url);
const BEGIN = "<!-- bench: begin -->";
const END = "<!-- bench: end -->";

/** Prints the tables, and puts them into docs/performance.md where `write` says so. */
export function writeReport(rows: readonly Row[], tails: readonly Tail[], write: boolean): void {
  const text = `${mainTable(rows)}\n${tailTable(tails)}`;
  console.log(`\n${text}`);
  if (!write) return;
  const page = readFileSync(PAGE, "utf8");
  const [before = "", rest = ""] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? "";
  const machine = `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, server and load on one core each.`;
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${machine}\n\n${text}\n${END}${after}`);
  // The page is checked like every other, so that its tables are laid out as the formatter wants them.
  execFileSync("biome", ["format", "--write", fileURLToPath(PAGE)], { stdio: "ignore" });
}

function mainTable(rows: readonly Row[]): string {
  const echo = (inFlight: number): Row | undefined => rows.find((row) => row.name === "echo" && row.inFlight === inFlight);
  const lines = rows.map((row) => {
    const base = echo(row.inFlight);
    const ratio = base === undefined ? Number.NaN : row.callsPerSecond / base.callsPerSecond;
    const limited = row.generatorLoad > 0.9 ? " ¹" : "";
    return [
      row.what,
      row.transport,
      row.inFlight,
      `${Math.round(row.callsPerSecond).toLocaleString("en")}${limited}`,
      ratio.toFixed(2),
      row.p50.toFixed(2),
      row.p99.toFixed(2),
      (row.cpuPerThousand * 1000).toFixed(1),
      row.rss,
    ].join(" | ");
  });
  const head = ["what", "transport", "in flight", "calls/s", "× echo", "p50 ms", "p99 ms", "server CPU µs a call", "RSS MB"];
  return [
    `| ${head.join(" | ")} |`,
    `|${" --- |".repeat(head.length)}`,
    ...lines.map((line) => `| ${line} |`),
    "",
    "¹ The load generator's core was the limit; the server had time to spare.",
    "",
  ].join("\n");
}

function tailTable(tails: readonly Tail[]): string {
  const head = [
    "RBAC, open loop",
    "share of saturation",
    "calls/s wanted",
    "calls/s had",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "max ms",
  ];
  const lines = tails.map((tail) =>
    [
      tail.transport,
      `${tail.share * 100} %`,
      tail.rate.toLocaleString("en"),
      tail.achieved.toLocaleString("en"),
      ...[tail.p50, tail.p99, tail.p999, tail.max].map((value) => value.toFixed(2)),
    ].join(" | "),
  );
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...lines.map((line) => `| ${line} |`), ""].join("\n");
}
