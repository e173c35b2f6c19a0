import type { Limits } from "./limits.ts";

/** A header block that comes in several frames. Source: RFC 9113 §4.3, §6.10. */
export class HeaderBlock {
  /** HEADERS came without END_HEADERS; nothing but CONTINUATION may follow. */
  open = false;
  streamId = 0;
  endStream = false;
  selfDependent = false;
  bytes: Uint8Array = new Uint8Array(0);
  length = 0;
  #frames = 0;
  #begun = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The number of the block that is open; 0 where none is. */
  get unfinished(): number {
    return this.open ? this.#begun : 0;
  }

  begin(streamId: number, endStream: boolean, selfDependent: boolean): void {
    this.open = true;
    this.#begun++;
    this.streamId = streamId;
    this.endStream = endStream;
    this.selfDependent = selfDependent;
    this.length = 0;
    this.#frames = 0;
  }

  /** Adds a frame's fragment. False: more frames or octets than the limits allow, and nobody will know what the block meant. */
  add(fragment: Uint8Array, start: number, end: number): boolean {
    const needed = this.length + end - start;
    // The HEADERS frame is not a continuation.
    if (this.#frames++ > this.#limits.maxContinuations || needed > this.#limits.maxHeaderBlockSize) {
      return false;
    }
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.min(this.#limits.maxHeaderBlockSize, Math.max(needed, this.bytes.length * 2)));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(fragment.subarray(start, end), this.length);
    this.length = needed;
    return true;
  }
}
