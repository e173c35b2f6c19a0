import type { Reason } from "../policy/model/reason.ts";
import * as at from "./check-layout.ts";
import { isFieldValue, NAME_INVALID, scanName } from "./header-bytes.ts";
import { WireScanner } from "./wire-scanner.ts";

const COLON = 0x3a;
const NO_SLOTS = new Int32Array(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Notes where headers are, in either encoding, and refuses those that HTTP does not allow. */
export class HeaderScanner extends WireScanner {
  /** Where positions are written, from `base` on. */
  slots: Int32Array = NO_SLOTS;
  base = 0;
  /** Headers that were noted; pseudo-headers are none. */
  headers = 0;
  /** The flags of their names, together. */
  nameFlags = 0;
  /** Why reading stopped, where it did. */
  fault: Reason = "request_undecodable";

  private view: DataView = NO_VIEW;
  private offset = 0;
  private headerBytes = 0;

  protected open(bytes: Buffer): void {
    this.bytes = bytes;
    // Many messages come in one buffer: a view of each message would cost as much as reading it.
    if (this.view.buffer !== bytes.buffer) this.view = new DataView(bytes.buffer);
    this.offset = bytes.byteOffset;
    this.pos = 0;
    this.headers = 0;
    this.nameFlags = 0;
    this.headerBytes = 0;
    this.fault = "request_undecodable";
  }

  protected headerMap(end: number): boolean {
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a) {
        const to = this.lengthEnd(end);
        if (to < 0 || !this.header(to, 0)) return false;
      } else if (!this.skip(tag, end)) return false;
    }
    return true;
  }

  /**
   * A HeaderValue of `header_map` (`joined` 0), or an entry of `headers` (`joined` 1): the same but for `raw_value`, unknown to the latter.
   * The form that Envoy writes, a short name and then one value that ends the message, is read here at a third of the general way's cost.
   */
  protected header(end: number, joined: 0 | 1): boolean {
    const { bytes, pos } = this;
    if (end - pos < 4 || bytes[pos] !== 0x0a) return this.generalHeader(end, joined);
    const keyStart = pos + 2;
    const keyEnd = keyStart + (bytes[pos + 1] as number);
    if (keyEnd + 3 > end || keyEnd - keyStart > 127) return this.generalHeader(end, joined);
    const tag = bytes[keyEnd];
    let valueStart = keyEnd + 2;
    let length = bytes[keyEnd + 1] as number;
    if (length > 127) {
      const more = bytes[valueStart++] as number;
      if (more > 127) return this.generalHeader(end, joined);
      length = (length & 0x7f) | (more << 7);
    }
    if (valueStart + length !== end || (tag !== 0x12 && (tag !== 0x1a || joined === 1))) return this.generalHeader(end, joined);
    this.pos = end;
    return bytes[keyStart] === COLON || this.noteHeader(keyStart, keyEnd, valueStart, end, joined);
  }

  private generalHeader(end: number, joined: 0 | 1): boolean {
    let rawStart = 0;
    let rawEnd = 0;
    let keyStart = 0;
    let keyEnd = 0;
    let valueStart = 0;
    let valueEnd = 0;
    while (this.pos < end) {
      const tag = this.tag(end);
      if (tag === 0x0a || tag === 0x12 || (tag === 0x1a && joined === 0)) {
        const to = this.lengthEnd(end);
        if (to < 0) return false;
        if (tag === 0x0a) {
          keyStart = this.pos;
          keyEnd = to;
        } else if (tag === 0x12) {
          valueStart = this.pos;
          valueEnd = to;
        } else {
          rawStart = this.pos;
          rawEnd = to;
        }
        this.pos = to;
      } else if (!this.skip(tag, end)) return false;
    }
    if (keyStart !== keyEnd && this.bytes[keyStart] === COLON) return true;
    if (rawStart === rawEnd) return this.noteHeader(keyStart, keyEnd, valueStart, valueEnd, joined);
    // Envoy's API allows one of the two: with both, another reader might believe the other.
    return valueStart === valueEnd ? this.noteHeader(keyStart, keyEnd, rawStart, rawEnd, joined) : this.refuse("header_invalid");
  }

  private noteHeader(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number, joined: 0 | 1): boolean {
    if (this.headers === at.MAX_HEADERS) return this.refuse("headers_too_many");
    this.headerBytes += keyEnd - keyStart + valueEnd - valueStart;
    if (this.headerBytes > at.MAX_HEADER_BYTES) return this.refuse("headers_too_large");
    const { view, offset } = this;
    const flags = scanName(view, offset + keyStart, offset + keyEnd);
    if ((flags & NAME_INVALID) !== 0 || !isFieldValue(view, offset + valueStart, offset + valueEnd))
      return this.refuse("header_invalid");
    this.nameFlags |= flags;
    const { slots } = this;
    const slot = this.base + at.HEADERS + this.headers++ * at.HEADER_STRIDE;
    slots[slot] = keyStart;
    slots[slot + 1] = ((keyEnd - keyStart) << 1) | joined;
    slots[slot + 2] = valueStart;
    slots[slot + 3] = valueEnd;
    return true;
  }

  private refuse(reason: Reason): false {
    this.fault = reason;
    return false;
  }
}
