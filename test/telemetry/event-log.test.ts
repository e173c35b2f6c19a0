import { describe, expect, test } from "vitest";
import { createEventLog, type EventLog, type EventLogOptions } from "../../src/telemetry/event-log.ts";

interface World {
  readonly log: EventLog<string> & { record(denied: boolean, event: string): void };
  readonly written: string[];
  /** Runs what was deferred, once; tells whether there was something. */
  readonly turn: () => boolean;
  readonly time: { clock: number; dice: number };
}

function world(options: Partial<EventLogOptions> = {}, write?: (event: string) => void): World {
  const written: string[] = [];
  const deferred: (() => void)[] = [];
  const time = { clock: 0, dice: 0 };
  const log = createEventLog<string>(
    {
      write: write ?? ((event) => written.push(event)),
      now: () => time.clock,
      random: () => time.dice,
      defer: (run) => deferred.push(run),
    },
    { sampleRate: 1, ratePerSecond: 1_000, capacity: 256, ...options },
  );
  const turn = (): boolean => {
    const run = deferred.shift();
    run?.();
    return run !== undefined;
  };
  const record = (denied: boolean, event: string): void => {
    if (log.admits(denied)) log.keep(event);
  };
  return { log: { ...log, record }, written, turn, time };
}

const none = { written: 0, sampledOut: 0, overRate: 0, overCapacity: 0, failed: 0 };

describe("the event log", () => {
  test("writes nothing on the calling path, and all in order once the loop has time", () => {
    const { log, written, turn } = world();
    log.record(false, "a");
    log.record(true, "b");
    expect(written).toEqual([]);
    expect(turn()).toBe(true);
    expect(written).toEqual(["a", "b"]);
    expect(turn()).toBe(false);
    expect(log.counts()).toEqual({ ...none, written: 2 });
  });

  test("writes in slices, so that calls are answered between them", () => {
    const { log, written, turn } = world();
    for (let index = 0; index < 150; index++) log.record(true, `${index}`);
    const lengths: number[] = [];
    while (turn()) lengths.push(written.length);
    expect(lengths).toEqual([64, 128, 150]);
    expect(written.at(-1)).toBe("149");
  });

  test("samples allows and no denials", () => {
    const state = world({ sampleRate: 0.25 });
    for (const dice of [0, 0.24, 0.25, 0.99]) {
      state.time.dice = dice;
      state.log.record(false, `allow ${dice}`);
      state.log.record(true, `deny ${dice}`);
    }
    state.turn();
    expect(state.written).toEqual(["allow 0", "deny 0", "allow 0.24", "deny 0.24", "deny 0.25", "deny 0.99"]);
    expect(state.log.counts()).toEqual({ ...none, written: 6, sampledOut: 2 });
  });

  test("keeps the last quarter of a second's events for denials", () => {
    const state = world({ ratePerSecond: 8 });
    for (let index = 0; index < 10; index++) state.log.record(false, "allow");
    for (let index = 0; index < 10; index++) state.log.record(true, "deny");
    state.turn();
    expect(state.written).toEqual([...Array.from({ length: 6 }, () => "allow"), "deny", "deny"]);
    expect(state.log.counts()).toEqual({ ...none, written: 8, overRate: 12 });
  });

  test("begins a new second with the first event after the last one ended", () => {
    const state = world({ ratePerSecond: 2 });
    for (const clock of [0, 1, 2, 999, 1_000, 1_001, 1_002]) {
      state.time.clock = clock;
      state.log.record(true, `${clock}`);
    }
    state.turn();
    expect(state.written).toEqual(["0", "1", "1000", "1001"]);
  });

  test("with a rate of 1 writes allows too, and with 0 nothing", () => {
    const one = world({ ratePerSecond: 1 });
    one.log.record(false, "allow");
    one.turn();
    expect(one.written).toEqual(["allow"]);
    const zero = world({ ratePerSecond: 0 });
    zero.time.clock = 5_000;
    zero.log.record(true, "deny");
    expect(zero.turn()).toBe(false);
    expect(zero.log.counts()).toEqual({ ...none, overRate: 1 });
  });

  test("drops and counts what finds no room, and goes on", () => {
    const { log, written, turn } = world({ capacity: 2 });
    for (const event of ["a", "b", "c"]) log.record(true, event);
    turn();
    for (const event of ["d", "e"]) log.record(true, event);
    turn();
    expect(written).toEqual(["a", "b", "d", "e"]);
    expect(log.counts()).toEqual({ ...none, written: 4, overCapacity: 1 });
  });

  test("survives a writer that throws", () => {
    const { log, turn } = world({}, () => {
      throw new Error("disk full");
    });
    log.record(true, "a");
    log.record(true, "b");
    expect(turn()).toBe(true);
    expect(log.counts()).toEqual({ ...none, failed: 2 });
  });

  test("writes all that waits when it is flushed, and nothing twice", () => {
    const { log, written, turn } = world();
    for (let index = 0; index < 100; index++) log.record(true, `${index}`);
    log.flush();
    expect(written.length).toBe(100);
    turn();
    log.record(true, "last");
    turn();
    expect(written.length).toBe(101);
  });
});
