import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Client, call, data, echo, frame, headers, message, rst, settings, windowUpdate } from "./wire.ts";

const head = (id: number): string => `HEADERS ${id} :status=200 content-type=application/grpc`;
const ok = (id: number): string => `HEADERS ${id} grpc-status=0 end`;

describe("answers keep to the peer's windows:", () => {
  test("a stream's window of 0 holds DATA back, and SETTINGS that widen it release it after their acknowledgement", () => {
    const client = new Client(echo());
    client.send(settings([4, 0]));
    expect(client.send(call(1, "hello"))).toEqual([head(1)]);
    expect(client.send(settings([4, 3]))).toEqual(["SETTINGS ack", "DATA 1 3"]);
    expect(client.send(settings([4, 10]))).toEqual(["SETTINGS ack", "DATA 1 7", ok(1)]);
    expect(client.connection.pending).toBe(0);
  });

  test("a setting can make a window negative", () => {
    const client = new Client(echo());
    client.send(settings([4, 4]));
    expect(client.send(call(1, "hello"))).toEqual([head(1), "DATA 1 4"]);
    expect(client.send(settings([4, 2]))).toEqual(["SETTINGS ack"]);
    expect(client.send(windowUpdate(1, 2))).toEqual([]);
    expect(client.send(windowUpdate(1, 1))).toEqual(["DATA 1 1"]);
    expect(client.send(windowUpdate(1, 100))).toEqual(["DATA 1 5", ok(1)]);
  });

  test("the connection's window is shared in turn", () => {
    const client = new Client(echo());
    const body = Buffer.alloc(40_000);
    const large = (id: number): Buffer =>
      Buffer.concat([
        headers(id),
        data(id, message(body).subarray(0, 16_000), false),
        data(id, message(body).subarray(16_000, 32_000), false),
        data(id, message(body).subarray(32_000)),
      ]);
    const frames = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("DATA"));
    expect(frames(client.send(large(1)))).toEqual(["DATA 1 16384", "DATA 1 16384", "DATA 1 7237"]);
    expect(frames(client.send(large(3)))).toEqual(["DATA 3 16384", "DATA 3 9146"]);
    expect(frames(client.send(large(5)))).toEqual([]);
    expect(frames(client.send(windowUpdate(0, 20_000)))).toEqual(["DATA 3 14475", "DATA 5 5525"]);
    expect(client.send(windowUpdate(0, 40_000)).at(-1)).toBe(ok(5));
    expect(client.connection.pending).toBe(0);
  });

  test("a small answer does not overtake larger ones that wait for the connection", () => {
    const client = new Client(echo());
    const body = message(Buffer.alloc(16_000));
    for (let id = 1; id < 9; id += 2) {
      client.send(headers(id), data(id, body));
    }
    expect(client.send(headers(9), data(9, body))).toEqual([head(9), "DATA 9 1515"]);
    expect(client.send(call(11, "x"))).toEqual([head(11)]);
    expect(client.send(windowUpdate(0, 100_000)).map((line) => line.slice(0, 9))).toEqual([
      "DATA 9 14",
      "HEADERS 9",
      "DATA 11 6",
      "HEADERS 1",
    ]);
  });

  test("frames are no larger than the peer allows, and as large as it allows", () => {
    const client = new Client(echo(), { maxMessageSize: 60_000 });
    client.send(settings([5, 20_000]));
    const body = message(Buffer.alloc(30_000));
    const lines = client.send(headers(1), data(1, body.subarray(0, 16_000), false), data(1, body.subarray(16_000)));
    expect(lines).toEqual([head(1), "DATA 1 20000", "DATA 1 10005", ok(1)]);
  });

  test("a stream that is reset gives back nothing and holds nothing", () => {
    const client = new Client(echo());
    client.send(settings([4, 0]));
    expect(client.send(call(1, "hello"), rst(1))).toEqual([head(1)]);
    expect(client.send(settings([4, 100]))).toEqual(["SETTINGS ack"]);
    expect(client.connection.pending).toBe(0);
  });

  test("answers that wait for windows are bounded", () => {
    const client = new Client(echo(), { maxQueuedBytes: 20 });
    client.send(settings([4, 0]));
    expect(client.send(call(1, "12345678"))).toEqual([head(1)]);
    expect(client.send(call(3, "12345678")).at(-1)).toBe("GOAWAY 3 11 too many answers wait for a window");
    expect(client.counters.queue_overflow).toBe(1);
  });

  test("whatever the windows, the peer gets every octet once and in order", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("call" as const), size: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant("stream" as const), size: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ kind: fc.constant("connection" as const), size: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant("initial" as const), size: fc.integer({ min: 0, max: 200 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const client = new Client(echo());
        const lines: string[] = [];
        const sizes = new Map<number, number>();
        for (const { kind, size } of steps) {
          const last = sizes.size * 2 - 1;
          if (kind === "call") {
            sizes.set(last + 2, size);
            lines.push(...client.send(call(last + 2, Buffer.alloc(size))));
          } else if (kind === "stream" && last > 0) {
            lines.push(...client.send(windowUpdate(last, size)));
          } else if (kind === "connection") {
            lines.push(...client.send(windowUpdate(0, size)));
          } else {
            lines.push(...client.send(settings([4, size])));
          }
        }
        lines.push(...client.send(settings([4, 1_000]), windowUpdate(0, 100_000)));
        const received = new Map<number, number>();
        for (const [, id, length] of lines.map((line) => /^DATA (\d+) (\d+)/.exec(line) ?? [])) {
          received.set(Number(id), (received.get(Number(id)) ?? 0) + Number(length));
        }
        received.delete(Number.NaN);
        expect(received).toEqual(new Map([...sizes].map(([id, size]) => [id, size + 5])));
        expect(lines.filter((line) => line.endsWith("grpc-status=0 end")).length).toBe(sizes.size);
      }),
      { numRuns: 300 },
    );
  });
});

describe("our own windows:", () => {
  test("are stated before anything else", () => {
    const client = new Client(echo(), { maxMessageSize: 100_000, maxConcurrentStreams: 7, connectionWindow: 1_000_000 });
    expect(client.greeting).toEqual([
      `SETTINGS ${["0003", "00000007", "0004", "000186aa", "0006", "00004000", "0009", "00000001"].join("")}`,
      `WINDOW_UPDATE 0 ${1_000_000 - 65_535}`,
    ]);
  });

  test("the connection's is widened in steps, by what has been answered", () => {
    const client = new Client(echo(), { maxMessageSize: 65_000, connectionWindow: 400_000 });
    client.send(windowUpdate(0, 1_000_000), settings([4, 1_000_000]));
    const body = message(Buffer.alloc(16_000));
    const updates: string[] = [];
    for (let id = 1; id < 41; id += 2) {
      updates.push(...client.send(headers(id), data(id, body)).filter((line) => line.startsWith("WINDOW")));
    }
    expect(updates).toEqual(["WINDOW_UPDATE 0 112035", "WINDOW_UPDATE 0 112035"]);
  });

  test("octets of unfinished messages are not given back", () => {
    const client = new Client(echo(), { maxMessageSize: 65_000, connectionWindow: 131_100 });
    const part = message(Buffer.alloc(60_000)).subarray(0, 16_000);
    const lines: string[] = [];
    for (let id = 1; lines.length === 0; id += 2) {
      lines.push(...client.send(headers(id), data(id, part, false)));
    }
    expect(lines).toEqual(["GOAWAY 17 3 DATA over the connection's window"]);
  });

  test("padding is given back to its stream", () => {
    const client = new Client(echo(), { maxMessageSize: 65_530 });
    const padded = frame(0, 8, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]));
    const lines: string[] = [];
    client.send(headers(1), data(1, message("hello").subarray(0, 6), false));
    for (let count = 0; count < 129; count++) {
      lines.push(...client.send(padded));
    }
    expect(lines).toEqual(["WINDOW_UPDATE 1 32774"]);
  });
});
