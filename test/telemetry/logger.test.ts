import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { toDecisionEvent } from "../../src/telemetry/decision-event.ts";
import { type LogDestination, openLogDestination } from "../../src/telemetry/log-destination.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { allowed, request } from "./decision-world.ts";

function memory(): LogDestination & { lines(): unknown[] } {
  const written: string[] = [];
  return {
    write: (line) => void written.push(line),
    lost: () => 0,
    close: async () => {},
    lines: () => written.map((line) => ({ ...JSON.parse(line), time: "T" })),
  };
}

describe("the log", () => {
  test("writes a fixed message with its fields, one JSON object a line", () => {
    const destination = memory();
    const { log } = createLogger(destination, { level: "info" });
    log.info("plan in force", { generation: 3, files: ["a.yaml", "b\n.yaml"], source: undefined });
    log.debug("not told");
    log.warn("file ignored");
    expect(destination.lines()).toEqual([
      { level: "info", time: "T", generation: 3, files: ["a.yaml", "b\\u{a}.yaml"], msg: "plan in force" },
      { level: "warn", time: "T", msg: "file ignored" },
    ]);
  });

  test("tells an error by message and code, and its stack only where debug is on", () => {
    const error = Object.assign(new Error("connect failed"), { code: "ECONNREFUSED", headers: { authorization: "s3cret" } });
    const quiet = memory();
    createLogger(quiet, { level: "info" }).log.error("jwks not had", { error });
    expect(quiet.lines()).toEqual([
      { level: "error", time: "T", error: "connect failed", error_code: "ECONNREFUSED", msg: "jwks not had" },
    ]);
    const loud = memory();
    createLogger(loud, { level: "debug" }).log.error("jwks not had", { error });
    expect(loud.lines()).toEqual([
      {
        level: "error",
        time: "T",
        error: "connect failed",
        error_code: "ECONNREFUSED",
        error_stack: error.stack,
        msg: "jwks not had",
      },
    ]);
  });

  test("writes a decision under its own time, unless the level is above info", () => {
    const event = toDecisionEvent({ decisionId: "id", decision: allowed, request, shadows: [], time: 0, durationUs: 1 });
    const written: string[] = [];
    const destination: LogDestination = { write: (line) => void written.push(line), lost: () => 0, close: async () => {} };
    createLogger(destination, { level: "info" }).writeEvent(event);
    createLogger(destination, { level: "warn" }).writeEvent(event);
    expect(written.map((line) => line.slice(0, 84))).toEqual([
      '{"level":"info","decision_id":"id","time":"1970-01-01T00:00:00.000Z","target":"workl',
    ]);
  });
});

describe("the log's destination", () => {
  const directory = mkdtempSync(join(tmpdir(), "sallyport-log-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  test("has written everything once it is closed", async () => {
    const path = join(directory, "all");
    const destination = openLogDestination(openSync(path, "w"));
    const lines = Array.from({ length: 5_000 }, (_, index) => `${index}\n`);
    for (const line of lines) destination.write(line);
    await destination.close();
    destination.write("late\n");
    expect(readFileSync(path, "utf8")).toBe(lines.join(""));
    expect(destination.lost()).toBe(1);
  });

  test("loses lines, and not the process, when its reader has gone", async () => {
    const fd = openSync(join(directory, "gone"), "w");
    const destination = openLogDestination(fd);
    closeSync(fd);
    destination.write("a\n");
    await destination.close();
    destination.write("b\n");
    expect(destination.lost()).toBe(2);
  });
});
