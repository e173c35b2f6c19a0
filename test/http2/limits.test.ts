import { describe, expect, test } from "vitest";
import { encodeFields } from "../../src/http2/hpack/encoder.ts";
import type { Limits } from "../../src/http2/limits.ts";
import {
  answer,
  Client,
  call,
  data,
  deferred,
  echo,
  fault,
  frame,
  headers,
  message,
  preface,
  requestFields,
  rst,
  settings,
  uint32,
  windowUpdate,
} from "./wire.ts";

const many = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));
const calm = (last: number): string => `GOAWAY ${last} 11 too many frames of one kind`;

interface Flood {
  readonly name: string;
  readonly limits: Partial<Limits>;
  readonly start: readonly Buffer[];
  readonly one: Buffer;
  readonly counter: string;
  readonly last: number;
}

const floods: readonly Flood[] = [
  { name: "SETTINGS", limits: { maxSettings: 12 }, start: [], one: settings([3, 1]), counter: "settings_flood", last: 0 },
  {
    name: "SETTINGS acknowledgements",
    limits: { maxSettings: 12 },
    start: [],
    one: frame(4, 1, 0),
    counter: "settings_flood",
    last: 0,
  },
  { name: "PING", limits: { maxPings: 10 }, start: [], one: frame(6, 0, 0, Buffer.alloc(8)), counter: "ping_flood", last: 0 },
  {
    name: "PING acknowledgements",
    limits: { maxPings: 10 },
    start: [],
    one: frame(6, 1, 0, Buffer.alloc(8)),
    counter: "ping_flood",
    last: 0,
  },
  {
    name: "PRIORITY",
    limits: { maxIdleFrames: 10 },
    start: [],
    one: frame(2, 0, 1, Buffer.alloc(5)),
    counter: "idle_frame_flood",
    last: 0,
  },
  {
    name: "unknown frames",
    limits: { maxIdleFrames: 10 },
    start: [],
    one: frame(99, 0, 1),
    counter: "idle_frame_flood",
    last: 0,
  },
  {
    name: "GOAWAY",
    limits: { maxIdleFrames: 10 },
    start: [],
    one: frame(7, 0, 0, Buffer.alloc(8)),
    counter: "idle_frame_flood",
    last: 0,
  },
  {
    name: "RST_STREAM on a closed stream",
    limits: { maxIdleFrames: 9 },
    start: [call(1, "x")],
    one: rst(1),
    counter: "idle_frame_flood",
    last: 1,
  },
  {
    name: "DATA on a closed stream",
    limits: { maxFaults: 0, maxIdleFrames: 8 },
    start: [call(1, "x")],
    one: data(1, message("")),
    counter: "idle_frame_flood",
    last: 1,
  },
  {
    name: "WINDOW_UPDATE on the connection",
    limits: { maxWindowUpdates: 10 },
    start: [],
    one: windowUpdate(0, 1),
    counter: "window_update_flood",
    last: 0,
  },
  {
    name: "WINDOW_UPDATE on a stream",
    limits: { maxWindowUpdates: 10 },
    start: [headers(1)],
    one: windowUpdate(1, 1),
    counter: "window_update_flood",
    last: 1,
  },
  {
    name: "empty DATA",
    limits: { maxEmptyData: 10 },
    start: [headers(1)],
    one: data(1, Buffer.alloc(0), false),
    counter: "empty_data_flood",
    last: 1,
  },
  {
    name: "DATA that is all padding",
    limits: { maxEmptyData: 10 },
    start: [headers(1)],
    one: frame(0, 8, 1, Buffer.from([1, 0])),
    counter: "empty_data_flood",
    last: 1,
  },
];

describe("a flood ends the connection with ENHANCE_YOUR_CALM:", () => {
  for (const { name, limits, start, one, counter, last } of floods) {
    test(`by ${name}`, () => {
      const client = new Client(echo(), limits);
      client.send(...start);
      expect(client.send(many(10, one)).filter((line) => line === calm(last))).toEqual([]);
      expect(client.send(one).at(-1)).toBe(calm(last));
      expect(client.counters).toMatchObject({ [counter]: 1 });
    });

    test(`${name}, unless it takes longer than a period`, () => {
      const client = new Client(echo(), { ...limits, budgetPeriod: 1_000 });
      client.send(...start);
      client.send(many(10, one));
      client.now = 1_000;
      expect(client.send(one)).not.toContain(calm(last));
    });
  }

  test("rapid reset: streams that are reset before they are answered", () => {
    const client = new Client(deferred(), { maxResets: 3 });
    for (const id of [1, 3, 5]) {
      expect(client.send(call(id, "x"), rst(id))).toEqual([]);
    }
    expect(client.send(call(7, "x"), rst(7))).toEqual([calm(7)]);
    expect(client.counters.rapid_reset).toBe(1);
  });

  test("requests that we must reset", () => {
    const client = new Client(echo(), { maxFaults: 2 });
    const bad = (id: number): Buffer => headers(id, requestFields([["connection", "close"]]));
    expect(client.send(bad(1), bad(3), bad(5)).at(-1)).toBe(calm(5));
    expect(client.counters.fault_flood).toBe(1);
  });
});

test("a client that is answered may send as many WINDOW_UPDATEs as it needs", () => {
  const client = new Client(echo(), { maxWindowUpdates: 2 });
  for (let id = 1; id < 2_001; id += 2) {
    expect(client.send(call(id, "x"), windowUpdate(0, 6), windowUpdate(0, 6))).toEqual(answer(id, 1));
  }
});

describe("header blocks are bounded:", () => {
  test("a list over the limit is answered with 431, and the tables stay in step", () => {
    const client = new Client(echo(), { maxHeaderListSize: 500 });
    const block = Buffer.concat([
      encodeFields(requestFields()),
      Buffer.from([0x40, 1, 0x61, 127, 0xad, 2]),
      Buffer.alloc(428, 98),
    ]);
    expect(client.send(frame(1, 5, 1, block))).toEqual([
      "HEADERS 1 :status=431 content-type=text/plain; charset=utf-8 content-length=29",
      "DATA 1 29 end",
    ]);
    expect(client.counters.header_list_too_large).toBe(1);
    const again = Buffer.concat([encodeFields(requestFields()), Buffer.from([0xbe])]);
    expect(client.send(frame(1, 5, 3, again)).at(0)).toMatch(/^HEADERS 3 :status=431 /);
    expect(client.send(call(5, "x"))).toEqual(answer(5, 1));
  });

  test("more fields than the limit are answered with 431", () => {
    const client = new Client(echo(), { maxHeaderFields: 6 });
    expect(client.send(call(1, "x"))).toEqual(answer(1, 1));
    expect(client.send(headers(3, requestFields([["a", "b"]]), true)).at(0)).toMatch(/^HEADERS 3 :status=431 /);
  });

  test("a bomb of indices ends the connection", () => {
    const client = new Client(echo());
    const entry = Buffer.concat([Buffer.from([0x40, 1, 0x61, 127, 0xa1, 0x1e]), Buffer.alloc(4_000, 98)]);
    const block = Buffer.concat([encodeFields(requestFields()), entry, Buffer.alloc(10_000, 0xbe)]);
    expect(client.send(frame(1, 5, 1, block))).toEqual(["GOAWAY 0 11 header list far over the limit"]);
    expect(client.counters.header_bomb).toBe(1);
  });

  test("CONTINUATION without end ends the connection, however small", () => {
    const client = new Client(echo(), { maxContinuations: 3 });
    expect(client.send(frame(1, 0, 1), many(3, frame(9, 0, 1)))).toEqual([]);
    expect(client.send(frame(9, 0, 1))).toEqual(["GOAWAY 0 11 a header block without end"]);
    expect(client.counters.continuation_flood).toBe(1);
  });

  test("CONTINUATION that grows too large ends the connection", () => {
    const client = new Client(echo(), { maxHeaderBlockSize: 20_000 });
    expect(client.send(frame(1, 0, 1, Buffer.alloc(16_000)), frame(9, 0, 1, Buffer.alloc(4_001)))).toEqual([
      "GOAWAY 0 11 a header block without end",
    ]);
  });
});

describe("time is bounded:", () => {
  test("a client without SETTINGS", () => {
    const client = new Client(echo(), { handshakeTimeout: 1_000 }, preface.subarray(0, 24));
    expect(client.wait(999)).toEqual([]);
    expect(client.wait(1)).toEqual(["GOAWAY 0 4 no SETTINGS or no acknowledgement of ours"]);
    expect(client.counters.slow_handshake).toBe(1);
  });

  test("a client that does not acknowledge ours", () => {
    const client = new Client(echo(), { handshakeTimeout: 1_000 }, preface.subarray(0, 33));
    expect(client.wait(1_000)).toEqual(["GOAWAY 0 4 no SETTINGS or no acknowledgement of ours"]);
  });

  test("a frame that drips", () => {
    const client = new Client(echo(), { frameTimeout: 1_000, requestTimeout: 60_000 });
    const slow = call(1, "hello");
    client.send(slow.subarray(0, 5));
    for (let at = 5; at < 14; at++) {
      expect(client.wait(100)).toEqual([]);
      client.send(slow.subarray(at, at + 1));
    }
    expect(client.wait(100)).toEqual(["GOAWAY 0 11 a frame or header block stays unfinished"]);
    expect(client.counters.slow_frame).toBe(1);
  });

  test("but not of a busy client whose every read ends inside another frame", () => {
    const client = new Client(echo(), { frameTimeout: 1_000 });
    const calls = Buffer.concat(Array.from({ length: 40 }, (_, index) => call(2 * index + 1, "hello")));
    const lines: string[] = [];
    const step = call(1, "hello").length;
    for (let at = 0; at < calls.length; at += step) {
      lines.push(...client.send(calls.subarray(at + 3 - 3 * Number(at === 0), at + step + 3)), ...client.wait(100));
    }
    expect(lines.filter((line) => line.startsWith("GOAWAY"))).toEqual([]);
    expect(client.counters.replies).toBe(40);
  });

  test("a header block that never ends", () => {
    const client = new Client(echo(), { frameTimeout: 1_000 });
    client.send(frame(1, 0, 1));
    expect(client.wait(1_000)).toEqual(["GOAWAY 0 11 a frame or header block stays unfinished"]);
  });

  test("a request whose body drips", () => {
    const client = new Client(echo(), { requestTimeout: 1_000 });
    client.send(headers(1), data(1, message("hello").subarray(0, 3), false));
    expect(client.wait(999)).toEqual([]);
    expect(client.wait(1)).toEqual([fault(1, 4, "deadline exceeded"), "RST_STREAM 1 0"]);
    expect(client.counters.slow_request).toBe(1);
    expect(client.send(data(1, message("hello").subarray(3)), call(3, "x"))).toEqual(answer(3, 1));
  });

  test("a handler, by grpc-timeout", async () => {
    const method = deferred();
    const client = new Client(method, { answerTimeout: 10_000 });
    client.send(headers(1, requestFields([["grpc-timeout", "200m"]])), data(1, message("x")));
    expect(client.wait(199)).toEqual([]);
    expect(client.wait(1)).toEqual([fault(1, 4, "deadline exceeded")]);
    method.waiting[0]?.("late");
    await Promise.resolve();
    await Promise.resolve();
    expect([client.output(), client.connection.orphans, client.counters.slow_answer]).toEqual([[], 0, 1]);
  });

  test("a handler, by our own limit", () => {
    const client = new Client(deferred(), { answerTimeout: 1_000 });
    client.send(call(1, "x"));
    expect(client.wait(1_000)).toEqual([fault(1, 4, "deadline exceeded")]);
  });

  test("a peer that opens no window", () => {
    const client = new Client(echo(), { sendTimeout: 1_000 });
    client.send(settings([4, 0]), call(1, "x"));
    expect(client.wait(1_000)).toEqual(["RST_STREAM 1 8"]);
    expect([client.counters.slow_reader, client.connection.pending]).toEqual([1, 0]);
  });

  test("an idle connection, which is drained", () => {
    const client = new Client(echo(), { idleTimeout: 5_000 });
    client.now = 4_000;
    client.send(call(1, "x"));
    expect(client.wait(4_999)).toEqual([]);
    expect(client.wait(1)).toEqual(["GOAWAY 2147483647 0", "PING 73616c6c79707274"]);
    expect(client.counters.idle_connections).toBe(1);
  });
});

describe("a drain", () => {
  const notice = ["GOAWAY 2147483647 0", "PING 73616c6c79707274"];
  const pong = frame(6, 1, 0, Buffer.from("sallyprt"));

  test("answers what was sent before the client knew, then names the last stream, and ends", async () => {
    const method = deferred();
    const client = new Client(method);
    client.send(call(1, "a"));
    client.connection.drain(0);
    expect(client.output()).toEqual(notice);
    expect(client.send(call(3, "b"), pong)).toEqual(["GOAWAY 3 0"]);
    expect(client.send(call(5, "c"), windowUpdate(5, 1), rst(5))).toEqual([]);
    expect(client.connection.finished).toBe(false);
    method.waiting[0]?.("A");
    method.waiting[1]?.("B");
    await Promise.resolve();
    await Promise.resolve();
    expect(client.output()).toEqual([...answer(1, 1), ...answer(3, 1)]);
    expect([client.connection.finished, method.waiting.length]).toEqual([true, 2]);
  });

  test("does not wait for a client that does not answer its PING", () => {
    const client = new Client(echo(), { drainNotice: 500 });
    client.connection.drain(0);
    client.output();
    expect(client.wait(499)).toEqual([]);
    expect(client.wait(1)).toEqual(["GOAWAY 0 0"]);
    expect(client.connection.finished).toBe(true);
  });

  test("keeps the header tables in step with streams that it ignores", () => {
    const client = new Client(deferred());
    client.send(call(1, "a"));
    client.connection.drain(0);
    client.send(pong);
    const block = Buffer.concat([encodeFields(requestFields()), Buffer.from([0x40, 1, 0x61, 1, 0x62])]);
    client.send(frame(1, 5, 3, block));
    expect(client.send(frame(1, 5, 5, Buffer.concat([encodeFields(requestFields()), Buffer.from([0xbe])])))).toEqual([]);
    expect(client.connection.finished).toBe(false);
  });

  test("by the client ends when its calls are answered", () => {
    const client = new Client(echo());
    expect(client.send(headers(1), frame(7, 0, 0, Buffer.concat([uint32(0), uint32(0)])))).toEqual(["GOAWAY 1 0"]);
    expect(client.connection.finished).toBe(false);
    expect(client.send(data(1, message("x")))).toEqual(answer(1, 1));
    expect(client.connection.finished).toBe(true);
  });
});
