import { describe, expect, test } from "vitest";
import { answer, Client, data, echo, fault, headers, message, requestFields } from "../wire.ts";

const severalMessages = fault(1, 12, "more than one message for a unary method");
const cut = fault(1, 13, "the message is cut short");

const faults: readonly (readonly [name: string, frames: readonly Buffer[], lines: readonly string[]])[] = [
  [
    "an unknown method is UNIMPLEMENTED",
    [headers(1, requestFields([[":path", "/test.Echo/Other"]])), data(1, message("x"))],
    [fault(1, 12, "unknown method")],
  ],
  ["no message is UNIMPLEMENTED", [headers(1), data(1, Buffer.alloc(0))], [fault(1, 12, "no message for a unary method")]],
  ["no DATA is UNIMPLEMENTED", [headers(1, requestFields(), true)], [fault(1, 12, "no message for a unary method")]],
  [
    "two messages in one frame are UNIMPLEMENTED",
    [headers(1), data(1, Buffer.concat([message("x"), message("y")]))],
    [severalMessages],
  ],
  [
    "two messages in two frames are UNIMPLEMENTED",
    [headers(1), data(1, message("x"), false), data(1, message("y"))],
    [severalMessages],
  ],
  [
    "a second, empty message is UNIMPLEMENTED",
    [headers(1), data(1, message(""), false), data(1, message(""))],
    [severalMessages],
  ],
  ["a message that ends early is INTERNAL", [headers(1), data(1, message("hello").subarray(0, 8))], [cut]],
  ["a prefix that ends early is INTERNAL", [headers(1), data(1, message("hello").subarray(0, 3))], [cut]],
  ["an unknown flag is INTERNAL", [headers(1), data(1, message("x", 2))], [fault(1, 13, "invalid compressed flag")]],
  [
    "a compressed message without grpc-encoding is INTERNAL",
    [headers(1), data(1, message("x", 1))],
    [fault(1, 13, "compressed flag set without grpc-encoding")],
  ],
  [
    "a compressed message is UNIMPLEMENTED and told what is not",
    [headers(1, requestFields([["grpc-encoding", "gzip"]])), data(1, message("x", 1))],
    [fault(1, 12, "compressed messages are not supported").replace(" end", " grpc-accept-encoding=identity end")],
  ],
  [
    "a grpc-timeout that is none is INTERNAL",
    [headers(1, requestFields([["grpc-timeout", "soon"]])), data(1, message("x"))],
    [fault(1, 13, "malformed grpc-timeout")],
  ],
];

describe("each fault has its status:", () => {
  for (const [name, frames, lines] of faults) {
    test(`so that ${name}`, () => {
      const client = new Client(echo());
      expect(client.send(...frames)).toEqual(lines);
      expect([client.connection.pending, client.counters.faults]).toEqual([0, 1]);
    });
  }
});

test("an uncompressed message passes whatever grpc-encoding says", () => {
  const client = new Client(echo());
  expect(client.send(headers(1, requestFields([["grpc-encoding", "gzip"]])), data(1, message("x")))).toEqual(answer(1, 1));
});

for (const type of ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "Application/gRPC"]) {
  test(`content-type ${type} is gRPC`, () => {
    const client = new Client(echo());
    expect(client.send(headers(1, requestFields([["content-type", type]])), data(1, message("x")))).toEqual(answer(1, 1));
  });
}

test("an empty message is a message", () => {
  expect(new Client(echo()).send(headers(1), data(1, message("")))).toEqual(answer(1, 0));
});

test("a message may be cut anywhere, its prefix too", () => {
  const method = echo();
  const client = new Client(method);
  const whole = message("hello, door");
  for (let at = 0, id = 1; at <= whole.length; at++, id += 2) {
    const lines = client.send(headers(id), data(id, whole.subarray(0, at), false), data(id, whole.subarray(at)));
    expect(lines).toEqual(answer(id, 11));
  }
  expect(new Set(method.seen.map((each) => each.message))).toEqual(new Set(["hello, door"]));
});

describe("a message over the limit goes to the method by its size,", () => {
  test("and a client that has sent it whole gets the answer", () => {
    const method = echo();
    const client = new Client(method, { maxMessageSize: 10 });
    expect(client.send(headers(1), data(1, message("eleven char")))).toEqual(answer(1, 13));
    expect([method.large, client.counters.message_too_large]).toEqual([[11], 1]);
  });

  test("and a client that goes on sending is told to stop, once, and what was on its way is ignored", () => {
    const method = echo();
    const client = new Client(method, { maxMessageSize: 10 });
    const body = message(Buffer.alloc(20_000));
    client.send(headers(1), data(1, body.subarray(0, 3), false));
    expect(client.send(data(1, body.subarray(3, 16_000), false))).toEqual([...answer(1, 16), "RST_STREAM 1 0"]);
    expect(client.send(data(1, body.subarray(16_000)))).toEqual([]);
    expect([method.large, client.connection.finished]).toEqual([[20_000], false]);
  });

  test("and one octet less does not", () => {
    const method = echo();
    expect(new Client(method, { maxMessageSize: 10 }).send(headers(1), data(1, message("ten octets")))).toEqual(answer(1, 10));
    expect(method.large).toEqual([]);
  });
});

test("what a client sends to a method that is unknown is bounded too", () => {
  const client = new Client(echo(), { maxMessageSize: 10_000 });
  client.send(headers(1, requestFields([[":path", "/other"]])), data(1, Buffer.alloc(9_000), false));
  expect(client.send(data(1, Buffer.alloc(9_000), false))).toEqual([fault(1, 12, "unknown method"), "RST_STREAM 1 0"]);
});

test("status messages are percent-encoded UTF-8", () => {
  const method = { handle: () => ({ status: 5, message: " naïve 100% " }) as const, tooLarge: () => Buffer.alloc(0) };
  expect(new Client(method).send(headers(1), data(1, message("x")))).toEqual([fault(1, 5, "%20na%C3%AFve 100%25%20")]);
});
