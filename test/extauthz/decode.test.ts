import { expect, test } from "vitest";
import { createCheckDecoder } from "../../src/extauthz/decode.ts";
import type { Request } from "../../src/policy/model/request.ts";
import { snapshot } from "./request-snapshot.ts";
import { checkOfHttp, concat, field, joinedHeader, rawHeader, varintField } from "./wire-bytes.ts";
import { encodeCheckRequest, httpRequest } from "./wire-types.ts";

const decode = createCheckDecoder();

function read(bytes: Uint8Array): Request {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.request;
}

function reason(bytes: Uint8Array): string {
  const decoded = decode(bytes);
  return decoded.ok ? "ok" : decoded.reason;
}

test("a request with nothing in it has empty texts and no body", () => {
  const nobody = { address: "", port: 0, principal: "", certificate: "" };
  expect(snapshot(read(checkOfHttp()))).toEqual({
    method: "",
    path: "",
    host: "",
    scheme: "",
    protocol: "",
    time: 0,
    headers: [],
    body: undefined,
    source: nobody,
    destination: nobody,
    labels: [],
    extensions: [],
  });
});

for (const [what, bytes] of [
  ["no bytes at all", Buffer.alloc(0)],
  ["attributes without an HTTP request", encodeCheckRequest({ attributes: { source: { principal: "spiffe://a/b" } } })],
  ["a group", concat(checkOfHttp(), Buffer.from([0x13, 0x14]))],
  ["the end of a group that never began", concat(checkOfHttp(), Buffer.from([0x14]))],
  ["wire type 6", concat(checkOfHttp(), Buffer.from([0x16]))],
  ["field number 0", concat(checkOfHttp(), Buffer.from([0x02, 0x00]))],
  ["field number 0 with needless bytes", concat(checkOfHttp(), Buffer.from([0x82, 0x00, 0x00]))],
  ["a tag wider than 32 bits", concat(checkOfHttp(), Buffer.from([0xfa, 0xff, 0xff, 0xff, 0x7f, 0x00]))],
  ["a length past the end", Buffer.from([0x0a, 0x7f])],
  ["a length past the message that holds it", field(1, Buffer.from([0x22, 0x02, 0x12, 0x05]))],
  ["a length of 2^63", Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ["a varint of eleven bytes", concat(checkOfHttp(), Buffer.from([0x10, ...Array(10).fill(0x80), 0x01]))],
  ["a varint wider than 64 bits", concat(checkOfHttp(), Buffer.from([0x10, ...Array(9).fill(0xff), 0x02]))],
  ["a fixed32 cut off", concat(checkOfHttp(), Buffer.from([0x15, 0, 0, 0]))],
  ["a fixed64 cut off", concat(checkOfHttp(), Buffer.from([0x11, 0, 0, 0, 0, 0, 0, 0]))],
  ["a body both as text and as bytes", httpRequest({ body: "a", rawBody: Buffer.from("b") })],
] as const) {
  test(`${what} is request_undecodable`, () => {
    expect(reason(bytes)).toBe("request_undecodable");
  });
}

test("a known field of another wire type is passed over", () => {
  expect(read(checkOfHttp(field(4, "/a"), varintField(4, 7))).path).toBe("/a");
});

test("the last of several scalars wins, across messages in pieces", () => {
  const bytes = concat(checkOfHttp(field(2, "GET"), field(4, "/first")), checkOfHttp(field(4, "/second")));
  expect(snapshot(read(bytes))).toMatchObject({ method: "GET", path: "/second" });
});

test("a pipe displaces a socket address, and a named port a number", () => {
  const socket = (...fields: Buffer[]): Buffer => field(1, concat(...fields));
  const withSource = (address: Buffer): Buffer => concat(checkOfHttp(), field(1, field(1, field(1, address))));
  const both = withSource(concat(socket(field(2, "10.0.0.1"), varintField(3, 80)), field(2, field(1, "/sock"))));
  expect([read(both).source.address, read(both).source.port]).toEqual(["", 0]);
  const named = withSource(socket(field(2, "10.0.0.1"), varintField(3, 80), field(4, "http")));
  expect([read(named).source.address, read(named).source.port]).toEqual(["10.0.0.1", 0]);
  const again = withSource(concat(field(2, field(1, "/sock")), socket(field(2, "10.0.0.2"), varintField(3, 81))));
  expect([read(again).source.address, read(again).source.port]).toEqual(["10.0.0.2", 81]);
});

test("map entries may lack a key or a value, repeat them, or hold them in any order", () => {
  const extension = (entry: Uint8Array): Buffer => field(1, field(10, entry));
  const bytes = concat(
    checkOfHttp(),
    extension(concat(field(2, "turned"), field(1, "a"))),
    extension(field(1, "no-value")),
    extension(field(2, "no-key")),
    extension(concat(field(1, "b"), field(1, "c"), field(2, "1"), field(2, "2"))),
    extension(concat(field(1, "a"), field(2, "last"))),
  );
  expect([...read(bytes).extensions]).toEqual([
    ["a", "last"],
    ["no-value", ""],
    ["", "no-key"],
    ["c", "2"],
  ]);
});

test("time is milliseconds since the epoch, before it too", () => {
  const at = (seconds: number, nanos: number): number =>
    read(encodeCheckRequest({ attributes: { request: { time: { seconds, nanos }, http: {} } } })).time;
  expect([at(1_700_000_000, 123_999_999), at(-1, 500_000_000), at(0, 0)]).toEqual([1_700_000_000_123, -500, 0]);
});

test("the path is one character a byte, UTF-8 or not", () => {
  expect(read(checkOfHttp(field(4, "/\u00c3\u00a9\u00ff"))).path).toBe("/\u00c3\u00a9\u00ff");
});

test("table keys that JavaScript objects would trip over are ordinary (B90)", () => {
  const names = ["__proto__", "constructor", "toString"];
  const bytes = concat(
    checkOfHttp(...names.map((name) => rawHeader(name, "x"))),
    ...names.map((name) => field(1, field(10, concat(field(1, name), field(2, "y"))))),
  );
  const request = read(bytes);
  expect([...request.extensions]).toEqual(names.map((name) => [name, "y"]));
  expect(snapshot(request)).toMatchObject({
    headers: [
      ["__proto__", ["x"]],
      ["constructor", ["x"]],
      ["tostring", ["x"]],
    ],
  });
});

test("requests of one route share one table of extensions", () => {
  const bytes = encodeCheckRequest({
    attributes: { contextExtensions: { "sallyport.namespace": "shop" }, request: { http: {} } },
  });
  expect(read(bytes).extensions).toBe(read(Buffer.from(bytes)).extensions);
});

test("labels give equal keys only if they are equal", () => {
  const labelled = (labels: object): Request =>
    read(encodeCheckRequest({ attributes: { destination: { labels }, request: { http: {} } } }));
  expect(labelled({ app: "a" }).labelsKey).toBe(labelled({ app: "a" }).labelsKey);
  const keys = [{}, { app: "a" }, { ap: "pa" }, { app: "a", b: "" }, { app: "", b: "a" }].map(
    (labels) => labelled(labels).labelsKey,
  );
  expect(new Set(keys).size).toBe(keys.length);
});

test("labels of the source are not the destination's", () => {
  expect([
    ...read(encodeCheckRequest({ attributes: { source: { labels: { app: "evil" } }, request: { http: {} } } })).labels,
  ]).toEqual([]);
});

test("bytes that are no Buffer and lie inside a larger one are read in place", () => {
  const message = checkOfHttp(field(4, "/a"), rawHeader("x-long-enough-name", "long enough value"));
  const outer = new Uint8Array(message.length + 40).fill(0xff);
  outer.set(message, 17);
  const request = read(outer.subarray(17, 17 + message.length));
  expect([request.path, request.headers.values("x-long-enough-name")]).toEqual(["/a", ["long enough value"]]);
});

test("headers stand in both encodings at once and all of them count", () => {
  const { headers } = read(checkOfHttp(joinedHeader("x-a", "1"), rawHeader("x-a", "2")));
  expect(headers.values("x-a")).toEqual(["1", "2"]);
});
