import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { UnaryMethod } from "../../src/http2/call.ts";
import { Connection } from "../../src/http2/connection.ts";
import { createCounters } from "../../src/http2/counters.ts";
import { defaultLimits } from "../../src/http2/limits.ts";
import { BufferPool } from "../../src/http2/output.ts";
import { Frames, type RawFrame } from "./wire.ts";

const captures = ["envoy", "grpc-js", "h2load"].map(
  (name) => [name, readFileSync(new URL(`captures/${name}.bin`, import.meta.url))] as const,
);
const allocate = (size: number): Buffer => Buffer.alloc(size);

interface Run {
  readonly connection: Connection;
  readonly output: Buffer;
}

const echo: UnaryMethod = { handle: (bytes) => bytes, tooLarge: () => Buffer.from("too large") };

/** Feeds the pieces to a connection whose method answers with its message. */
function run(pieces: readonly Uint8Array[], method: UnaryMethod = echo): Run {
  const connection = new Connection(
    {
      routes: new Map([["/envoy.service.auth.v3.Authorization/Check", method]]),
      peer: { address: "", certificate: undefined },
      limits: defaultLimits,
      counters: createCounters(),
      pool: new BufferPool(allocate),
      allocate,
      wake: () => undefined,
      report: (error) => {
        throw error;
      },
    },
    0,
  );
  const output: Uint8Array[] = [];
  for (const piece of pieces) {
    connection.receive(piece, 0);
    output.push(connection.take() ?? Buffer.alloc(0));
  }
  return { connection, output: Buffer.concat(output) };
}

/** The content of each stream's DATA, padding taken off; an independent reading of what is on the wire. */
function contents(frames: readonly RawFrame[]): Map<number, Buffer> {
  const streams = new Map<number, Buffer>();
  for (const { type, flags, id, payload } of frames) {
    const stream = id & 0x7fffffff;
    if (type === 0) {
      const content = (flags & 8) === 0 ? payload : payload.subarray(1, Math.max(1, payload.length - (payload[0] ?? 0)));
      streams.set(stream, Buffer.concat([streams.get(stream) ?? Buffer.alloc(0), content]));
    }
  }
  return streams;
}

for (const [name, capture] of captures) {
  const whole = run([capture]).output;

  test(`every call of ${name} is answered with its own message`, () => {
    expect(contents(new Frames(0).push(whole))).toEqual(contents(new Frames().push(capture)));
  });

  test(`${name} cut in two anywhere gets the same octets`, () => {
    const cuts = Array.from({ length: capture.length + 1 }, (_, at) => at);
    expect(cuts.filter((at) => !run([capture.subarray(0, at), capture.subarray(at)]).output.equals(whole))).toEqual([]);
  });

  test(`${name} octet by octet gets the same octets`, () => {
    expect(run([...capture].map((octet) => Buffer.of(octet))).output.equals(whole)).toBe(true);
  });

  test(`${name} cut into any pieces gets the same octets`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: capture.length }), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), capture.length];
        const pieces = edges.slice(1).map((end, index) => capture.subarray(edges[index], end));
        expect(run(pieces).output.equals(whole)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  for (const pending of [false, true]) {
    test(`a broken octet anywhere in ${name} gives no stream another's answer${pending ? ", nor when answers wait" : ""}`, async () => {
      const wrong: string[] = [];
      const waiting: (() => void)[] = [];
      const later: UnaryMethod = {
        handle: (bytes) => new Promise((resolve) => waiting.push(() => resolve(bytes))),
        tooLarge: () => Buffer.from("too large"),
      };
      const masks = pending ? [0x01, 0x80] : [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff];
      for (let at = 0; at < capture.length; at++) {
        for (const mask of masks) {
          const broken = Buffer.from(capture);
          broken[at] = (broken[at] ?? 0) ^ mask;
          const { connection, output } = run([broken], pending ? later : echo);
          for (const answer of waiting.splice(0).reverse()) {
            answer();
          }
          await Promise.resolve();
          await Promise.resolve();
          const sent = contents(new Frames().push(broken));
          const all = Buffer.concat([output, connection.take() ?? Buffer.alloc(0)]);
          for (const [id, answer] of contents(new Frames(0).push(all))) {
            // More than was answered may have strayed onto a stream that is over.
            const asked = sent.get(id)?.subarray(0, answer.length);
            if (!asked?.equals(answer) && !isConstant(answer)) {
              wrong.push(`octet ${at} ^ ${mask}: stream ${id} got ${answer.toString("hex")}`);
            }
          }
          connection.abort();
          if (connection.pending + connection.orphans > 0) {
            wrong.push(`octet ${at} ^ ${mask}: a stream stays`);
          }
        }
      }
      expect(wrong).toEqual([]);
    });
  }
}

/** An answer that holds nothing of any message. */
function isConstant(answer: Buffer): boolean {
  return /^(?:only application\/grpc is answered here\n|gRPC calls are POST requests\n|\0\0\0\0\ttoo large)$/.test(
    answer.toString("latin1"),
  );
}

test("whatever follows the preface, nothing is thrown and nothing stays", () => {
  const [, grpc] = captures[1] ?? ["", Buffer.alloc(0)];
  const frameLike = fc
    .tuple(fc.nat({ max: 12 }), fc.nat({ max: 255 }), fc.nat({ max: 9 }), fc.uint8Array({ maxLength: 40 }))
    .map(([type, flags, id, payload]) => Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, id]), payload]));
  fc.assert(
    fc.property(fc.array(frameLike, { maxLength: 20 }), fc.boolean(), (frames, afterCalls) => {
      const start = afterCalls ? grpc : grpc.subarray(0, 24 + 9 + grpc.readUIntBE(24, 3));
      const { connection } = run([start, Buffer.concat(frames)]);
      connection.tick(1_000_000);
      connection.tick(2_000_000);
      connection.abort();
      expect(connection.pending).toBe(0);
    }),
    { numRuns: 3_000 },
  );
});
