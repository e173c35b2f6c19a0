import type { Call, Routes, UnaryMethod } from "../../src/http2/call.ts";
import { Connection } from "../../src/http2/connection.ts";
import { type Counters, createCounters } from "../../src/http2/counters.ts";
import { clientPreface } from "../../src/http2/frame.ts";
import { HpackDecoder } from "../../src/http2/hpack/decoder.ts";
import { encodeFields } from "../../src/http2/hpack/encoder.ts";
import type { Field } from "../../src/http2/hpack/field.ts";
import { defaultLimits, type Limits } from "../../src/http2/limits.ts";
import { BufferPool } from "../../src/http2/output.ts";

/** A frame as it stands on the wire. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** Cuts a byte stream into frames, written apart from the reader under test. */
export class Frames {
  #rest = Buffer.alloc(0);
  #skip: number;

  /** `skip`: octets before the first frame; a client's are its preface. */
  constructor(skip: number = clientPreface.length) {
    this.#skip = skip;
  }

  push(bytes: Uint8Array): RawFrame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const skipped = Math.min(this.#skip, this.#rest.length);
    this.#skip -= skipped;
    this.#rest = this.#rest.subarray(skipped);
    const frames: RawFrame[] = [];
    while (this.#rest.length >= 9 && this.#rest.length >= 9 + this.#rest.readUIntBE(0, 3)) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      frames.push({
        type: this.#rest[3] ?? 0,
        flags: this.#rest[4] ?? 0,
        id: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(9, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** What a server says first, with nothing in it. */
export function serverPreface(): Buffer {
  return Buffer.concat([frame(4, 0, 0), frame(4, 1, 0)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export const preface: Buffer = Buffer.concat([clientPreface, frame(4, 0, 0), frame(4, 1, 0)]);

export const path = "/test.Echo/Call";

export function requestFields(more: readonly (readonly [string, string])[] = []): [string, string][] {
  const fields = new Map<string, string>([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "door"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
  const added: [string, string][] = [];
  for (const [name, value] of more) {
    if (fields.has(name)) {
      fields.set(name, value);
    } else {
      added.push([name, value]);
    }
  }
  return [...fields, ...added];
}

/** HEADERS with END_HEADERS; `end`: with END_STREAM too. */
export function headers(id: number, fields: readonly (readonly [string, string])[] = requestFields(), end = false): Buffer {
  return frame(1, end ? 5 : 4, id, encodeFields(fields));
}

export function message(text: string | Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([flag]), uint32(bytes.length), bytes]);
}

/** DATA; `end`: with END_STREAM. */
export function data(id: number, payload: Uint8Array, end = true): Buffer {
  return frame(0, end ? 1 : 0, id, payload);
}

/** HEADERS and DATA of a whole call. */
export function call(id: number, text: string | Uint8Array): Buffer {
  return Buffer.concat([headers(id), data(id, message(text))]);
}

export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  return frame(
    4,
    0,
    0,
    Buffer.concat(
      pairs.map(([id, value]) => {
        const pair = Buffer.alloc(6);
        pair.writeUInt16BE(id);
        pair.writeUInt32BE(value, 2);
        return pair;
      }),
    ),
  );
}

export function windowUpdate(id: number, increment: number): Buffer {
  return frame(8, 0, id, uint32(increment));
}

export function rst(id: number, code = 8): Buffer {
  return frame(3, 0, id, uint32(code));
}

/** A method whose answer is its message, with what it was called with. */
export function echo(): UnaryMethod & { readonly seen: { message: string; call: Call }[]; readonly large: number[] } {
  const seen: { message: string; call: Call }[] = [];
  const large: number[] = [];
  return {
    seen,
    large,
    handle(bytes, of) {
      seen.push({ message: Buffer.from(bytes).toString("latin1"), call: of });
      return bytes;
    },
    tooLarge(size) {
      large.push(size);
      return Buffer.from(`too large: ${size}`);
    },
  };
}

/** A method whose answers are given by hand, in any order. */
export function deferred(): UnaryMethod & { readonly waiting: ((text: string | Error) => void)[] } {
  const waiting: ((text: string | Error) => void)[] = [];
  const handle = (): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      waiting.push((text) => (text instanceof Error ? reject(text) : resolve(Buffer.from(text))));
    });
  return { waiting, handle, tooLarge: handle };
}

/**
 * A client of one connection, without sockets or clocks: what it sends is answered by a list of lines, one a frame of the server, such as
 * `HEADERS 1 :status=200 …`, `DATA 1 5 end`, `RST_STREAM 1 8`, `GOAWAY 1 11`.
 */
export class Client {
  readonly counters: Counters = createCounters();
  readonly connection: Connection;
  readonly errors: unknown[] = [];
  wakes = 0;
  now = 0;
  readonly #frames = new Frames(0);
  readonly #decoder = new HpackDecoder({ tableSize: 4096, maxListSize: 65_536, maxFields: 100 });

  /** What the server said before anyone asked. */
  readonly greeting: string[];
  /** What it said to `first`. */
  readonly opening: string[];

  constructor(routes: Routes | UnaryMethod, limits: Partial<Limits> = {}, first: Uint8Array = preface) {
    const allocate = (size: number): Buffer => Buffer.alloc(size);
    this.connection = new Connection(
      {
        routes: routes instanceof Map ? routes : new Map([[path, routes as UnaryMethod]]),
        peer: { address: "192.0.2.1", certificate: undefined },
        limits: { ...defaultLimits, ...limits },
        counters: this.counters,
        pool: new BufferPool(allocate),
        allocate,
        wake: () => this.wakes++,
        report: (error) => this.errors.push(error),
      },
      0,
    );
    this.greeting = this.output();
    this.opening = this.send(first);
  }

  send(...frames: readonly Uint8Array[]): string[] {
    this.connection.receive(Buffer.concat(frames), this.now);
    return this.output();
  }

  /** Lets time pass. */
  wait(ms: number): string[] {
    this.now += ms;
    this.connection.tick(this.now);
    return this.output();
  }

  output(): string[] {
    const bytes = this.connection.take();
    return bytes === undefined ? [] : this.#frames.push(bytes).map((each) => this.#line(each));
  }

  #line({ type, flags, id, payload }: RawFrame): string {
    switch (type) {
      case 0:
        return `DATA ${id} ${payload.length}${(flags & 1) === 0 ? "" : " end"}`;
      case 1: {
        const fields: Field[] = [];
        const fault = this.#decoder.decode(payload, 0, payload.length, fields);
        const text = fault ?? fields.map(({ name, value }) => `${name}=${value}`).join(" ");
        return `HEADERS ${id} ${text}${(flags & 1) === 0 ? "" : " end"}`;
      }
      case 3:
        return `RST_STREAM ${id} ${payload.readUInt32BE(0)}`;
      case 4:
        return (flags & 1) === 0 ? `SETTINGS ${payload.toString("hex")}` : "SETTINGS ack";
      case 6:
        return `PING${(flags & 1) === 0 ? "" : " ack"} ${payload.toString("hex")}`;
      case 7:
        return `GOAWAY ${payload.readUInt32BE(0)} ${payload.readUInt32BE(4)} ${payload.toString("latin1", 8)}`.trimEnd();
      case 8:
        return `WINDOW_UPDATE ${id} ${payload.readUInt32BE(0)}`;
      default:
        return `frame of type ${type}`;
    }
  }
}

/** The lines of an answer with a message of `length` octets. */
export function answer(id: number, length: number): string[] {
  return [
    `HEADERS ${id} :status=200 content-type=application/grpc`,
    `DATA ${id} ${length + 5}`,
    `HEADERS ${id} grpc-status=0 end`,
  ];
}

/** The line of a failed call. */
export function fault(id: number, status: number, text: string): string {
  return `HEADERS ${id} :status=200 content-type=application/grpc grpc-status=${status} grpc-message=${text} end`;
}
