import type { ErrorCode } from "./error-code.ts";
import { Flag, FrameType, frameHeadSize } from "./frame.ts";
import { noTable } from "./hpack/encoder.ts";
import type { Output } from "./output.ts";

// A reason in GOAWAY is for people; it must not cost much (RFC 9113 §6.8).
const maxReason = 128;

/** Appends frames to the output. */
export class FrameWriter {
  readonly #output: Output;
  #tableAnnounced = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Source: RFC 9113 §6.5. */
  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    let at = this.#begin(pairs.length * 6, FrameType.settings, 0, 0);
    const { bytes } = this.#output;
    for (const [id, value] of pairs) {
      bytes[at] = id >>> 8;
      bytes[at + 1] = id;
      putUint32(bytes, at + 2, value);
      at += 6;
    }
  }

  settingsAck(): void {
    this.#begin(0, FrameType.settings, Flag.ack, 0);
  }

  /** Eight octets, `payload[from, from + 8)`. Source: RFC 9113 §6.7. */
  ping(payload: Uint8Array, from: number, flags: number): void {
    const at = this.#begin(8, FrameType.ping, flags, 0);
    this.#output.bytes.set(payload.subarray(from, from + 8), at);
  }

  /** Source: RFC 9113 §6.8. */
  goaway(lastId: number, code: ErrorCode, reason: string): void {
    const length = Math.min(reason.length, maxReason);
    const at = this.#begin(8 + length, FrameType.goaway, 0, 0);
    const { bytes } = this.#output;
    putUint32(bytes, at, lastId);
    putUint32(bytes, at + 4, code);
    for (let index = 0; index < length; index++) {
      bytes[at + 8 + index] = reason.charCodeAt(index);
    }
  }

  /** Source: RFC 9113 §6.4. */
  rstStream(id: number, code: ErrorCode): void {
    const at = this.#begin(4, FrameType.rstStream, 0, id);
    putUint32(this.#output.bytes, at, code);
  }

  /** Source: RFC 9113 §6.9. */
  windowUpdate(id: number, increment: number): void {
    const at = this.#begin(4, FrameType.windowUpdate, 0, id);
    putUint32(this.#output.bytes, at, increment);
  }

  /** A header block in one frame: ours are far below any peer's frame size. */
  headers(id: number, block: Uint8Array, endStream: boolean): void {
    const announce = !this.#tableAnnounced;
    this.#tableAnnounced = true;
    const flags = Flag.endHeaders | (endStream ? Flag.endStream : 0);
    let at = this.#begin(block.length + (announce ? 1 : 0), FrameType.headers, flags, id);
    if (announce) {
      this.#output.bytes[at++] = noTable;
    }
    this.#output.bytes.set(block, at);
  }

  /** True once a header block has been sent, so that prebuilt ones may be. */
  get tableAnnounced(): boolean {
    return this.#tableAnnounced;
  }

  data(id: number, bytes: Uint8Array, from: number, to: number, endStream: boolean): void {
    const at = this.#begin(to - from, FrameType.data, endStream ? Flag.endStream : 0, id);
    this.#output.bytes.set(bytes.subarray(from, to), at);
  }

  /** Writes a frame's head and makes room for its payload; returns where that begins. May move the output: look at `bytes` only afterwards. */
  #begin(length: number, type: number, flags: number, id: number): number {
    const output = this.#output;
    output.ensure(frameHeadSize + length);
    const at = output.length;
    const { bytes } = output;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    putUint32(bytes, at + 5, id);
    output.length = at + frameHeadSize + length;
    return at + frameHeadSize;
  }
}

/** Unsigned 32 bits, big-endian. */
export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
