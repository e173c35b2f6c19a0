import type { HeaderView } from "../policy/model/request.ts";
import { HEADER_STRIDE, HEADERS } from "./check-layout.ts";
import { NAME_UNDERSCORE, nameEquals } from "./header-bytes.ts";
import { splitJoined } from "./joined-header.ts";
import { byteString, wireText } from "./wire-text.ts";

const NONE: readonly string[] = [];

/**
 * Headers as positions in the message; a string is made of a value when somebody asks for it. Values are UTF-8 where they are that, else one
 * character a byte (`wireText`).
 */
export class DecodedHeaders implements HeaderView {
  private readonly bytes: Buffer;
  private readonly slots: Int32Array;
  private readonly first: number;
  private readonly last: number;
  private readonly nameFlags: number;

  constructor(bytes: Buffer, slots: Int32Array, base: number, count: number, nameFlags: number) {
    this.bytes = bytes;
    this.slots = slots;
    this.first = base + HEADERS;
    this.last = this.first + count * HEADER_STRIDE;
    this.nameFlags = nameFlags;
  }

  values(name: string): readonly string[] {
    const { bytes, slots, last } = this;
    let found: readonly string[] = NONE;
    for (let slot = this.first; slot < last; slot += HEADER_STRIDE) {
      const length = slots[slot + 1] as number;
      if (length >> 1 !== name.length || !nameEquals(bytes, slots[slot] as number, name)) continue;
      const text = wireText(bytes, slots[slot + 2] as number, slots[slot + 3] as number);
      const values = (length & 1) === 0 ? [text] : splitJoined(name, text);
      found = found === NONE ? values : [...found, ...values];
    }
    return found;
  }

  names(): readonly string[] {
    const names = new Set<string>();
    for (let slot = this.first; slot < this.last; slot += HEADER_STRIDE) {
      const start = this.slots[slot] as number;
      names.add(byteString(this.bytes, start, start + ((this.slots[slot + 1] as number) >> 1)).toLowerCase());
    }
    return [...names];
  }

  namesWithUnderscore(): readonly string[] {
    return (this.nameFlags & NAME_UNDERSCORE) === 0 ? NONE : this.names().filter((name) => name.includes("_"));
  }
}
