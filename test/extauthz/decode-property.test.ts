import * as fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { createCheckDecoder } from "../../src/extauthz/decode.ts";
import { snapshot } from "./request-snapshot.ts";
import { CheckRequest, encodeCheckRequest } from "./wire-types.ts";

const decode = createCheckDecoder();

const text = fc.string({ unit: "binary", maxLength: 20 });
const ascii = fc.string({ unit: "binary-ascii", maxLength: 20 });
const name = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
/** No comma, so that both encodings say the same. */
const value = fc.stringMatching(/^[\x20-\x2b\x2d-\x7e\u00e0-\u00ff]{0,40}$/);
const peer = fc.record({ address: ascii, port: fc.nat({ max: 65_535 }), principal: ascii, certificate: ascii });

const model = fc.record({
  method: fc.constantFrom("GET", "POST", "PATCH", "get", "PURGE", ""),
  path: ascii,
  host: ascii,
  scheme: ascii,
  protocol: fc.constantFrom("HTTP/1.1", "HTTP/2", ""),
  time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  headers: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 30 }),
  body: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  source: peer,
  destination: peer,
  labels: fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 6 }),
  extensions: fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 6 }),
});

type Model = typeof model extends fc.Arbitrary<infer T> ? T : never;

function encode(request: Model, encoding: "joined" | "raw" | "value"): Buffer {
  const headers = [...request.headers, ...bodyHeaders(request)];
  const side = (end: Model["source"]): object => ({
    address: { socketAddress: { address: end.address, portValue: end.port } },
    principal: end.principal,
    certificate: end.certificate,
  });
  return encodeCheckRequest({
    attributes: {
      source: side(request.source),
      destination: { ...side(request.destination), labels: entries(request.labels) },
      request: {
        time: { seconds: Math.floor(request.time / 1000), nanos: (request.time % 1000) * 1_000_000 + 999_999 },
        http: {
          id: "17",
          method: request.method,
          path: request.path,
          host: request.host,
          scheme: request.scheme,
          protocol: request.protocol,
          size: request.body?.length ?? 0,
          ...(request.body !== undefined && { rawBody: request.body }),
          ...(encoding === "joined"
            ? { headers: entries([[":path", request.path], ...headers]) }
            : {
                headerMap: {
                  headers: [[":path", request.path] as const, ...headers].map(([key, content]) =>
                    encoding === "raw" ? { key, rawValue: Buffer.from(content, "utf8") } : { key, value: content },
                  ),
                },
              }),
        },
      },
      contextExtensions: entries(request.extensions),
    },
  });
}

function bodyHeaders({ body }: Model): [string, string][] {
  if (body === undefined) return [];
  return [
    ["content-length", String(body.length)],
    ["x-envoy-auth-partial-body", "false"],
  ];
}

function entries(pairs: readonly (readonly [string, string])[]): { [name: string]: string } {
  return Object.assign(Object.create(null), Object.fromEntries(pairs));
}

/** What the decoder must see: the model itself, with what the encoding adds. Tables have no order on the wire. */
function expected(request: Model): object {
  const headers = request.headers.map(([key, content]) => [key, [content]]);
  for (const [key, content] of bodyHeaders(request)) headers.push([key, [content]]);
  return sorted({
    ...request,
    headers,
    body: request.body === undefined ? undefined : { bytes: Buffer.from(request.body).toString("latin1"), truncated: false },
  });
}

function sorted(request: object): object {
  const pairs = Object.entries(request).map(([key, content]) => [
    key,
    Array.isArray(content) ? [...content].sort(([a], [b]) => (a < b ? -1 : 1)) : content,
  ]);
  return Object.fromEntries(pairs);
}

function read(bytes: Uint8Array): object {
  const decoded = decode(bytes);
  return decoded.ok ? sorted(snapshot(decoded.request)) : decoded;
}

/**
 * The same message written another way: unknown fields of every wire type between the known ones, lengths and tags with needless bytes, and
 * sub-messages cut in two.
 */
function disguise(type: protobuf.Type, bytes: Uint8Array, choose: () => number): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    while (choose() % 3 === 0) parts.push(unknownField(choose()));
    const start = reader.pos;
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (field === undefined || (tag & 7) !== 2) {
      reader.skipType(tag & 7);
      parts.push(bytes.subarray(start, reader.pos));
      continue;
    }
    const content = reader.bytes();
    const inner = field.resolve().resolvedType;
    const message = inner instanceof protobuf.Type && !field.map ? disguise(inner, content, choose) : content;
    const cut =
      inner instanceof protobuf.Type && !field.map && !field.repeated ? fieldBoundary(message, choose()) : message.length;
    parts.push(lengthDelimited(tag, message.subarray(0, cut), choose() % 4 === 0));
    if (cut < message.length) parts.push(unknownField(choose()), lengthDelimited(tag, message.subarray(cut), false));
  }
  return Buffer.concat(parts);
}

function unknownField(seed: number): Uint8Array {
  const writer = protobuf.Writer.create();
  const field = 100 + (seed % 50);
  switch (seed % 4) {
    case 0:
      return writer
        .uint32(field * 8)
        .uint64(seed * 0x1_0000_0000)
        .finish();
    case 1:
      return writer
        .uint32(field * 8 + 1)
        .fixed64(seed)
        .finish();
    case 2:
      return writer
        .uint32(field * 8 + 2)
        .bytes(new Uint8Array(seed % 40).fill(0x0a))
        .finish();
    default:
      return writer
        .uint32(field * 8 + 5)
        .fixed32(seed)
        .finish();
  }
}

function lengthDelimited(tag: number, content: Uint8Array, padded: boolean): Uint8Array {
  if (!padded) return protobuf.Writer.create().uint32(tag).bytes(content).finish();
  const length = content.length;
  const needless = [0x80 | (length & 0x7f), 0x80 | ((length >> 7) & 0x7f), 0x80 | ((length >> 14) & 0x7f), 0];
  return Buffer.concat([Buffer.from([0x80 | tag, 0x80, 0]), Buffer.from(needless), content]);
}

/** A place between two fields of a message. */
function fieldBoundary(message: Uint8Array, seed: number): number {
  const reader = protobuf.Reader.create(message);
  const boundaries = [0];
  while (reader.pos < reader.len) {
    reader.skipType(reader.uint32() & 7);
    boundaries.push(reader.pos);
  }
  return boundaries[seed % boundaries.length] as number;
}

for (const encoding of ["joined", "raw", "value"] as const) {
  test(`what protobufjs writes with headers in the ${encoding} encoding is read back whole`, () => {
    fc.assert(
      fc.property(model, (request) => {
        expect(read(encode(request, encoding))).toEqual(expected(request));
      }),
      { numRuns: 150 },
    );
  });

  test(`unknown fields, needless bytes and messages in pieces change nothing in the ${encoding} encoding`, () => {
    fc.assert(
      fc.property(model, fc.infiniteStream(fc.nat({ max: 10_000 })), (request, stream) => {
        const disguised = disguise(CheckRequest, encode(request, encoding), () => stream.next().value);
        expect(read(disguised)).toEqual(expected(request));
      }),
      { numRuns: 150 },
    );
  });
}

test("a message cut at any byte is read or refused, and never read past its end", () => {
  fc.assert(
    fc.property(model, fc.constantFrom("joined", "raw", "value"), (request, encoding) => {
      const bytes = encode(request, encoding);
      for (let length = 0; length < bytes.length; length++) {
        // What lies behind the end would be taken for a header value if it were read.
        const chunk = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(64, 0xee)]);
        expect(JSON.stringify(read(chunk.subarray(0, length)))).not.toContain("\u00ee\u00ee");
      }
    }),
    { numRuns: 15 },
  );
});

test("a message with any byte changed is read or refused, and nothing throws", () => {
  fc.assert(
    fc.property(model, fc.nat(), fc.nat({ max: 255 }), (request, place, byte) => {
      const bytes = encode(request, "raw");
      bytes[place % bytes.length] = byte;
      expect(() => read(bytes)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

test("arbitrary bytes are read or refused, and nothing throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => read(bytes)).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});

test("requests decoded one after the other keep their own values", () => {
  fc.assert(
    fc.property(fc.array(model, { minLength: 2, maxLength: 8 }), (requests) => {
      const decoded = requests.map((request) => decode(encode(request, "raw")));
      const seen = decoded.map((answer) => (answer.ok ? sorted(snapshot(answer.request)) : answer));
      expect(seen).toEqual(requests.map(expected));
    }),
    { numRuns: 30 },
  );
});
