import { describe, expect, test } from "vitest";
import type { UnaryMethod } from "../../src/http2/call.ts";
import { encodeFields } from "../../src/http2/hpack/encoder.ts";
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

const html = ":status=415 content-type=text/plain; charset=utf-8 content-length=39";
const ping = Buffer.from("8 octets");

test("a call is answered with its headers, its message and its status", () => {
  const method = echo();
  const client = new Client(method);
  expect(client.send(call(1, "hello"))).toEqual(answer(1, 5));
  expect(method.seen.map((each) => [each.message, each.call.timeoutMs, each.call.peer.address])).toEqual([
    ["hello", Number.POSITIVE_INFINITY, "192.0.2.1"],
  ]);
});

test("all calls of one read are answered in it, also where all HEADERS come before all DATA", () => {
  const client = new Client(echo());
  const sent = [headers(1), headers(3), headers(5), data(1, message("a")), data(3, message("bb")), data(5, message("ccc"))];
  expect(client.send(...sent)).toEqual([...answer(1, 1), ...answer(3, 2), ...answer(5, 3)]);
  expect(client.connection.pending).toBe(0);
});

test("bodies may come in another order than their HEADERS", () => {
  const client = new Client(echo());
  expect(client.send(headers(1), headers(3), data(3, message("b")), data(1, message("aa")))).toEqual([
    ...answer(3, 1),
    ...answer(1, 2),
  ]);
});

test("promises are answered in the order in which they settle", async () => {
  const method = deferred();
  const client = new Client(method);
  expect(client.send(call(1, "a"), call(3, "b"))).toEqual([]);
  method.waiting[1]?.("second");
  await Promise.resolve();
  await Promise.resolve();
  expect([client.wakes, client.output()]).toEqual([1, answer(3, 6)]);
  method.waiting[0]?.("first!!");
  await Promise.resolve();
  await Promise.resolve();
  expect(client.output()).toEqual(answer(1, 7));
});

test("a handler that throws or rejects is answered with INTERNAL and reported", async () => {
  const method = deferred();
  const broken = new Error("broken");
  const thrower: UnaryMethod = {
    handle: () => {
      throw broken;
    },
    tooLarge: (size, of) => method.tooLarge(size, of),
  };
  const client = new Client(
    new Map<string, UnaryMethod>([
      ["/test.Echo/Call", method],
      ["/test.Echo/Throw", thrower],
    ]),
  );
  const toThrow = headers(1, requestFields([[":path", "/test.Echo/Throw"]]));
  expect(client.send(toThrow, data(1, message("")))).toEqual([fault(1, 13, "internal error")]);
  client.send(call(3, "a"));
  method.waiting[0]?.(broken);
  await Promise.resolve();
  await Promise.resolve();
  expect(client.output()).toEqual([fault(3, 13, "internal error")]);
  expect(client.errors).toEqual([broken, broken]);
});

test("a client that resets a stream gets no answer on it, and its place is taken until the handler is done", async () => {
  const method = deferred();
  const client = new Client(method, { maxConcurrentStreams: 1 });
  expect(client.send(call(1, "a"), rst(1))).toEqual([]);
  expect(client.send(call(3, "b"))).toEqual(["RST_STREAM 3 7"]);
  method.waiting[0]?.("late");
  await Promise.resolve();
  await Promise.resolve();
  expect(client.output()).toEqual([]);
  expect(client.send(call(5, "c"))).toEqual([]);
  expect(method.waiting.length).toBe(2);
});

test("padding, priority, unknown flags, frames and settings change nothing", () => {
  const client = new Client(echo());
  const block = encodeFields(requestFields());
  const padded = Buffer.concat([Buffer.from([3]), uint32(0), Buffer.from([16]), block, Buffer.alloc(3)]);
  expect(client.send(frame(1, 0x2c | 0x52, 1, padded))).toEqual([]);
  const body = Buffer.concat([Buffer.from([2]), message("padded"), Buffer.alloc(2)]);
  expect(client.send(frame(0, 0x09 | 0xf0, 1, body))).toEqual(answer(1, 6));
  expect(client.send(frame(0xee, 0xff, 7, Buffer.alloc(20)), frame(2, 0, 9, Buffer.from([0, 0, 0, 1, 9])))).toEqual([]);
  expect(client.send(settings([0xff, 1], [0x3, 100]))).toEqual(["SETTINGS ack"]);
});

test("a header block may be cut into CONTINUATION frames", () => {
  const client = new Client(echo());
  const block = encodeFields(requestFields());
  const pieces = [
    frame(1, 0, 1, block.subarray(0, 5)),
    frame(9, 0, 1, block.subarray(5, 9)),
    frame(9, 0, 1, Buffer.alloc(0)),
    frame(9, 4, 1, block.subarray(9)),
  ];
  expect(client.send(...pieces, data(1, message("x")))).toEqual(answer(1, 1));
});

test("trailers end a request", () => {
  const client = new Client(echo());
  expect(client.send(headers(1), data(1, message("x"), false), headers(1, [["x-sum", "1"]], true))).toEqual(answer(1, 1));
});

test("PING is answered with its octets", () => {
  expect(new Client(echo()).send(frame(6, 0, 0, ping))).toEqual(["PING ack 38206f6374657473"]);
});

test("what is not gRPC gets an HTTP answer, HEAD without its body", () => {
  const client = new Client(echo());
  expect(
    client.send(
      headers(
        1,
        requestFields([
          [":method", "GET"],
          ["content-type", "text/html"],
        ]),
        true,
      ),
    ),
  ).toEqual([`HEADERS 1 ${html}`, "DATA 1 39 end"]);
  expect(
    client.send(
      headers(
        3,
        requestFields([
          [":method", "HEAD"],
          ["content-type", "application/grpc-web"],
        ]),
        true,
      ),
    ),
  ).toEqual([`HEADERS 3 ${html} end`]);
  expect(client.send(headers(5, requestFields([[":method", "PUT"]])), data(5, message("x")))).toEqual([
    "HEADERS 5 :status=405 content-type=text/plain; charset=utf-8 content-length=29 allow=POST",
    "DATA 5 29 end",
  ]);
});

test("the first header block says that our encoder keeps no table, so a peer with a table of 0 is content", () => {
  const client = new Client(echo());
  client.connection.receive(Buffer.concat([settings([1, 0]), call(1, "x"), call(3, "y")]), 0);
  const bytes = Buffer.from(client.connection.take() ?? []);
  const blocks: string[] = [];
  for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === 1) {
      blocks.push(bytes.subarray(at + 9, at + 11).toString("hex"));
    }
  }
  expect(blocks).toEqual(["2088", "000b", "880f", "000b"]);
});

const authority = (value: string): [string, string][] => [[":authority", value]];
const malformed: readonly (readonly [name: string, fields: readonly (readonly [string, string])[]])[] = [
  ["an upper-case name", requestFields([["X-Upper", "1"]])],
  ["an empty name", requestFields([["", "1"]])],
  ["a name with a space", requestFields([["x y", "1"]])],
  ["a value with a line break", requestFields([["x-a", "1\r\nx-b: 2"]])],
  ["a value with NUL", requestFields([["x-a", "1\0"]])],
  ["a value that ends in a space", requestFields([["x-a", "1 "]])],
  ["a value that begins with a tab", requestFields([["x-a", "\t1"]])],
  ["an unknown pseudo-header", [...authority("a"), ...requestFields(), [":protocol", "x"]]],
  ["a pseudo-header after a field", [...requestFields(), [":scheme", "http"]]],
  ["a response's pseudo-header", [[":status", "200"], ...requestFields()]],
  ["no :method", requestFields().filter(([name]) => name !== ":method")],
  ["no :scheme", requestFields().filter(([name]) => name !== ":scheme")],
  ["no :path", requestFields().filter(([name]) => name !== ":path")],
  ["an empty :path", requestFields([[":path", ""]])],
  ["a :path without a slash", requestFields([[":path", "test.Echo/Call"]])],
  ["two :path", [[":path", "/a"], ...requestFields()]],
  ["CONNECT with a path", requestFields([[":method", "CONNECT"]])],
  ["another host than :authority", requestFields([["host", "window"]])],
  ["connection", requestFields([["connection", "close"]])],
  ["transfer-encoding", requestFields([["transfer-encoding", "chunked"]])],
  ["keep-alive", requestFields([["keep-alive", "1"]])],
  ["proxy-connection", requestFields([["proxy-connection", "close"]])],
  ["upgrade", requestFields([["upgrade", "h2c"]])],
  ["te other than trailers", requestFields([["te", "gzip"]])],
  ["a content-length that is no number", requestFields([["content-length", "+5"]])],
  ["two content-length", requestFields([["content-length", "6"]]).concat([["content-length", "6"]])],
  ["two content-type", requestFields().concat([["content-type", "application/grpc"]])],
];

describe("a malformed request is reset with PROTOCOL_ERROR, and the connection lives:", () => {
  for (const [name, fields] of malformed) {
    test(`by ${name}`, () => {
      const client = new Client(echo());
      expect(client.send(headers(1, fields), data(1, message("x")))).toEqual(["RST_STREAM 1 1"]);
      expect(client.send(call(3, "x"))).toEqual(answer(3, 1));
      expect(client.counters.malformed_requests).toBe(1);
    });
  }
});

const streamFaults: readonly (readonly [name: string, frames: readonly Buffer[], line: string])[] = [
  [
    "less DATA than content-length",
    [headers(1, requestFields([["content-length", "9"]])), data(1, message("x"))],
    "RST_STREAM 1 1",
  ],
  [
    "more DATA than content-length",
    [headers(1, requestFields([["content-length", "3"]])), data(1, message("x"), false)],
    "RST_STREAM 1 1",
  ],
  ["END_STREAM before content-length", [headers(1, requestFields([["content-length", "1"]]), true)], "RST_STREAM 1 1"],
  ["a second HEADERS that does not end", [headers(1), headers(1, [["a", "b"]])], "RST_STREAM 1 1"],
  ["trailers with a pseudo-header", [headers(1), headers(1, [[":path", "/"]], true)], "RST_STREAM 1 1"],
  [
    "a stream that depends on itself",
    [frame(1, 0x24, 1, Buffer.concat([uint32(1), Buffer.from([16]), encodeFields(requestFields())]))],
    "RST_STREAM 1 1",
  ],
  ["WINDOW_UPDATE of 0", [headers(1), windowUpdate(1, 0)], "RST_STREAM 1 1"],
  ["a window over 2^31-1", [headers(1), windowUpdate(1, 0x7fffffff)], "RST_STREAM 1 3"],
];

describe("a stream error resets the stream, and the connection lives:", () => {
  for (const [name, frames, line] of streamFaults) {
    test(`by ${name}`, () => {
      const client = new Client(echo());
      expect(client.send(...frames)).toEqual([line]);
      expect(client.send(call(3, "x"))).toEqual(answer(3, 1));
    });
  }

  test("DATA after END_STREAM", () => {
    const client = new Client(deferred());
    expect(client.send(call(1, "x"), data(1, message("y")))).toEqual(["RST_STREAM 1 5"]);
  });

  test("HEADERS after END_STREAM", () => {
    const client = new Client(deferred());
    expect(client.send(call(1, "x"), headers(1, [["a", "b"]], true))).toEqual(["RST_STREAM 1 5"]);
  });

  test("DATA on a stream that was answered", () => {
    const client = new Client(echo());
    client.send(call(1, "x"));
    expect(client.send(data(1, message("y")))).toEqual(["RST_STREAM 1 5"]);
  });

  test("more streams than we allow", () => {
    const client = new Client(deferred(), { maxConcurrentStreams: 2 });
    expect(client.send(call(1, "a"), call(3, "b"), call(5, "c"))).toEqual(["RST_STREAM 5 7"]);
    expect(client.counters.refused_streams).toBe(1);
  });
});

const connectionFaults: readonly (readonly [name: string, frames: readonly Buffer[], line: string])[] = [
  ["DATA on stream 0", [data(0, message("x"))], "GOAWAY 0 1 DATA on stream 0"],
  ["DATA on an idle stream", [data(1, message("x"))], "GOAWAY 0 1 DATA on an idle stream"],
  ["HEADERS on stream 0", [headers(0)], "GOAWAY 0 1 HEADERS on stream 0"],
  ["HEADERS on an even stream", [headers(2)], "GOAWAY 0 1 a stream of ours"],
  [
    "HEADERS on a skipped stream",
    [headers(5, requestFields(), true), headers(3)],
    "GOAWAY 5 1 HEADERS on a stream that was skipped",
  ],
  ["HEADERS on a closed stream", [call(1, "x"), headers(1)], "GOAWAY 1 5 HEADERS on a closed stream"],
  ["PRIORITY on stream 0", [frame(2, 0, 0, Buffer.alloc(5))], "GOAWAY 0 1 PRIORITY on stream 0"],
  ["PRIORITY of a wrong size", [frame(2, 0, 1, Buffer.alloc(4))], "GOAWAY 0 6 PRIORITY of a wrong size"],
  ["RST_STREAM on an idle stream", [rst(1)], "GOAWAY 0 1 RST_STREAM on an idle stream"],
  ["RST_STREAM of a wrong size", [headers(1), frame(3, 0, 1, Buffer.alloc(3))], "GOAWAY 1 6 RST_STREAM of a wrong size"],
  ["SETTINGS on a stream", [frame(4, 0, 1)], "GOAWAY 0 1 SETTINGS on a stream"],
  ["SETTINGS of a wrong size", [frame(4, 0, 0, Buffer.alloc(5))], "GOAWAY 0 6 SETTINGS of a wrong size"],
  [
    "a SETTINGS acknowledgement with a payload",
    [frame(4, 1, 0, Buffer.alloc(6))],
    "GOAWAY 0 6 SETTINGS acknowledgement with a payload",
  ],
  ["ENABLE_PUSH of 2", [settings([2, 2])], "GOAWAY 0 1 SETTINGS_ENABLE_PUSH is neither 0 nor 1"],
  ["INITIAL_WINDOW_SIZE over 2^31-1", [settings([4, 0x80000000])], "GOAWAY 0 3 SETTINGS_INITIAL_WINDOW_SIZE over 2^31-1"],
  ["MAX_FRAME_SIZE below 2^14", [settings([5, 16_383])], "GOAWAY 0 1 SETTINGS_MAX_FRAME_SIZE out of range"],
  ["MAX_FRAME_SIZE over 2^24-1", [settings([5, 16_777_216])], "GOAWAY 0 1 SETTINGS_MAX_FRAME_SIZE out of range"],
  [
    "a setting that takes a stream's window over 2^31-1",
    [headers(1), windowUpdate(1, 0x7fff0000), settings([4, 0x10000])],
    "GOAWAY 1 3 a stream's window over 2^31-1",
  ],
  ["PUSH_PROMISE", [headers(1), frame(5, 4, 1, Buffer.alloc(4))], "GOAWAY 1 1 PUSH_PROMISE from a client"],
  ["PING on a stream", [frame(6, 0, 1, ping)], "GOAWAY 0 1 PING on a stream"],
  ["PING of a wrong size", [frame(6, 0, 0, Buffer.alloc(7))], "GOAWAY 0 6 PING of a wrong size"],
  ["GOAWAY on a stream", [frame(7, 0, 1, Buffer.alloc(8))], "GOAWAY 0 1 GOAWAY on a stream"],
  ["GOAWAY of a wrong size", [frame(7, 0, 0, Buffer.alloc(7))], "GOAWAY 0 6 GOAWAY of a wrong size"],
  ["WINDOW_UPDATE of 0 on the connection", [windowUpdate(0, 0)], "GOAWAY 0 1 WINDOW_UPDATE of 0"],
  ["WINDOW_UPDATE over 2^31-1", [windowUpdate(0, 0x7fffffff)], "GOAWAY 0 3 the connection's window over 2^31-1"],
  ["WINDOW_UPDATE of a wrong size", [frame(8, 0, 0, Buffer.alloc(3))], "GOAWAY 0 6 WINDOW_UPDATE of a wrong size"],
  ["WINDOW_UPDATE on an idle stream", [windowUpdate(7, 1)], "GOAWAY 0 1 WINDOW_UPDATE on an idle stream"],
  ["CONTINUATION alone", [frame(9, 4, 1)], "GOAWAY 0 1 CONTINUATION without HEADERS"],
  ["a frame inside a header block", [frame(1, 0, 1), frame(6, 0, 0, ping)], "GOAWAY 0 1 a header block is interrupted"],
  ["another stream's CONTINUATION", [frame(1, 0, 1), frame(9, 4, 3)], "GOAWAY 0 1 a header block is interrupted"],
  ["a frame over 2^14 octets", [headers(1), data(1, Buffer.alloc(16_385))], "GOAWAY 1 6 frame over SETTINGS_MAX_FRAME_SIZE"],
  ["padding longer than DATA", [headers(1), frame(0, 8, 1, Buffer.from([2, 0]))], "GOAWAY 1 1 padding longer than its frame"],
  [
    "padding longer than HEADERS",
    [frame(1, 0x0c, 1, Buffer.from([9, 0x82]))],
    "GOAWAY 0 1 padding or priority longer than its frame",
  ],
  [
    "HEADERS too short for its priority",
    [frame(1, 0x24, 1, Buffer.from([0, 0, 0]))],
    "GOAWAY 0 1 padding or priority longer than its frame",
  ],
  ["a broken header block", [frame(1, 5, 1, Buffer.from([0x80]))], "GOAWAY 0 9 index outside the tables"],
];

describe("a connection error ends it with GOAWAY:", () => {
  for (const [name, frames, line] of connectionFaults) {
    test(`by ${name}`, () => {
      const client = new Client(echo());
      expect(client.send(...frames).at(-1)).toBe(line);
      expect(client.connection.finished).toBe(true);
      expect(client.send(call(9, "x"))).toEqual([]);
    });
  }

  test("another protocol", () => {
    const client = new Client(echo(), {}, Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    expect(client.opening).toEqual(["GOAWAY 0 1 not the HTTP/2 preface"]);
    expect(client.connection.finished).toBe(true);
  });

  for (const [name, first] of [
    ["PING before SETTINGS", frame(6, 0, 0, ping)],
    ["an acknowledgement before SETTINGS", frame(4, 1, 0)],
  ] as const) {
    test(`by ${name}`, () => {
      const client = new Client(echo(), {}, Buffer.concat([preface.subarray(0, 24), first]));
      expect(client.opening).toEqual(["GOAWAY 0 1 the preface is not followed by SETTINGS"]);
    });
  }
});
