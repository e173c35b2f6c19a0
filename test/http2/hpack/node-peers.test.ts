import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { Duplex } from "node:stream";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.ts";
import { encodeFields, noTable } from "../../../src/http2/hpack/encoder.ts";
import type { Field } from "../../../src/http2/hpack/field.ts";
import { Frames, frame, serverPreface } from "../wire.ts";

/** One end of a pipe in memory: what the client writes is handed to `sent`, what we push it reads. */
class Pipe extends Duplex {
  sent: (bytes: Buffer) => void = () => undefined;
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent(chunk);
    done();
  }
}

let session: ClientHttp2Session | undefined;
afterEach(() => session?.destroy());

function openSession(pipe: Pipe, headerTableSize = 4096): ClientHttp2Session {
  session = connect("http://peer", { createConnection: () => pipe, settings: { headerTableSize } });
  session.on("error", () => undefined);
  return session;
}

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).map((text) => `x-${text}`);
const value = fc.string({
  unit: fc
    .integer({ min: 0x21, max: 0xff })
    .filter((c) => c !== 0x7f)
    .map((c) => String.fromCharCode(c)),
  maxLength: 60,
});
const header = fc.tuple(name, value);
const headerList = fc.uniqueArray(header, { selector: ([text]) => text, maxLength: 12 });

test("whatever headers node's encoder writes, our decoder reads back, over a whole connection", async () => {
  const pipe = new Pipe();
  const frames = new Frames();
  const blocks: { id: number; block: Buffer }[] = [];
  pipe.sent = (bytes) => {
    for (const { type, id, payload } of frames.push(bytes)) {
      if (type === 1) {
        blocks.push({ id, block: payload });
      }
    }
  };
  const client = openSession(pipe);
  pipe.push(serverPreface());
  const lists = fc.sample(headerList, { numRuns: 150, seed: 7541 });
  const requests = lists.map((list) => client.request({ ":path": "/a/b", ...Object.fromEntries(list) }, { endStream: true }));
  for (const request of requests) {
    request.on("error", () => undefined);
  }
  await expect.poll(() => blocks.length).toBe(lists.length);
  const decoder = new HpackDecoder({ tableSize: 4096, maxListSize: 65_536, maxFields: 100 });
  const decoded = blocks.map(({ block }) => {
    const fields: Field[] = [];
    expect(decoder.decode(block, 0, block.length, fields)).toBeUndefined();
    return fields.filter((field) => field.name.startsWith("x-")).map((field) => [field.name, field.value]);
  });
  expect(decoded).toEqual(lists.map((list) => list.map(([text, content]) => [text, content])));
});

for (const headerTableSize of [0, 64, 4096]) {
  test(`whatever our encoder writes, node's decoder with a table of ${headerTableSize} reads back`, async () => {
    const pipe = new Pipe();
    const client = openSession(pipe, headerTableSize);
    pipe.push(frame(4, 0, 0));
    const lists = fc.sample(headerList, { numRuns: 60, seed: 7541 });
    let first = true;
    const frames = new Frames();
    const queue = [...lists];
    pipe.sent = (bytes) => {
      for (const { type, flags, id } of frames.push(bytes)) {
        if (type === 4 && (flags & 1) === 0) {
          pipe.push(frame(4, 1, 0));
        }
        if (type === 1) {
          const block = Buffer.from(encodeFields([[":status", "200"], ...(queue.shift() ?? [])]));
          pipe.push(frame(1, 5, id, first ? Buffer.concat([Buffer.from([noTable]), block]) : block));
          first = false;
        }
      }
    };
    const answers: IncomingHttpHeaders[] = [];
    for (const _ of lists) {
      const request = client.request({ ":path": "/" });
      answers.push(
        await new Promise<IncomingHttpHeaders>((resolve, reject) => {
          request.once("response", resolve);
          request.once("error", reject);
        }),
      );
      request.destroy();
    }
    const received = answers.map((headers) => new Map(Object.entries(headers).filter(([text]) => text.startsWith("x-"))));
    expect(received).toEqual(lists.map((list) => new Map<string, unknown>(list)));
  });
}
