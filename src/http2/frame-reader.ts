import { clientPreface, defaultMaxFrameSize, frameHeadSize, readUint31 } from "./frame.ts";
import type { Allocate } from "./output.ts";

/** Who is told of frames. A sink that has `stopped` gets no more. */
export interface FrameSink {
  readonly stopped: boolean;
  /** A whole frame, its payload `bytes[start, end)`. The octets stay as they are after the call. */
  frame(bytes: Uint8Array, type: number, flags: number, streamId: number, start: number, end: number): void;
  /** The octets do not begin with the client's preface. */
  badPreface(): void;
  /** A frame is announced that is larger than we allow. */
  frameTooLarge(): void;
}

/** Cuts what arrives into frames. A frame that spans reads is gathered in a buffer of its own size, so that each octet is copied once. */
export class FrameReader {
  readonly #allocate: Allocate;
  readonly #head: Uint8Array = new Uint8Array(frameHeadSize);
  #prefaceRead = 0;
  #headRead = 0;
  #frame: Uint8Array | undefined;
  #frameRead = 0;
  #begun = 1;

  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  /** The number of the frame, or of the preface, that has begun and is not whole; 0 where none has. */
  get unfinished(): number {
    return this.#headRead > 0 || (this.#prefaceRead > 0 && this.#prefaceRead < clientPreface.length) ? this.#begun : 0;
  }

  push(bytes: Uint8Array, sink: FrameSink): void {
    let at = 0;
    while (this.#prefaceRead < clientPreface.length && at < bytes.length) {
      if (bytes[at++] !== clientPreface[this.#prefaceRead++]) {
        sink.badPreface();
        return;
      }
    }
    if (this.#headRead > 0) {
      at = this.#resume(bytes, at, sink);
    }
    while (!sink.stopped && bytes.length - at >= frameHeadSize) {
      const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      if (length > defaultMaxFrameSize) {
        sink.frameTooLarge();
        return;
      }
      const start = at + frameHeadSize;
      const end = start + length;
      if (end > bytes.length) {
        break;
      }
      sink.frame(bytes, bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, readUint31(bytes, at + 5), start, end);
      at = end;
    }
    if (!sink.stopped && at < bytes.length) {
      this.#resume(bytes, at, sink);
    }
  }

  /** Adds to the frame that has begun, and passes it on when it is whole. Returns where the next frame begins. */
  #resume(bytes: Uint8Array, from: number, sink: FrameSink): number {
    let at = from;
    if (this.#headRead === 0) {
      this.#begun++;
    }
    while (this.#headRead < frameHeadSize && at < bytes.length) {
      this.#head[this.#headRead++] = bytes[at++] ?? 0;
    }
    if (this.#headRead < frameHeadSize) {
      return at;
    }
    if (this.#frame === undefined) {
      const length = ((this.#head[0] ?? 0) << 16) | ((this.#head[1] ?? 0) << 8) | (this.#head[2] ?? 0);
      if (length > defaultMaxFrameSize) {
        sink.frameTooLarge();
        return bytes.length;
      }
      this.#frame = this.#allocate(length);
      this.#frameRead = 0;
    }
    const frame = this.#frame;
    const more = Math.min(frame.length - this.#frameRead, bytes.length - at);
    frame.set(bytes.subarray(at, at + more), this.#frameRead);
    this.#frameRead += more;
    if (this.#frameRead === frame.length) {
      this.#frame = undefined;
      this.#headRead = 0;
      sink.frame(frame, this.#head[3] ?? 0, this.#head[4] ?? 0, readUint31(this.#head, 5), 0, frame.length);
    }
    return at + more;
  }
}
