const NO_BYTES = Buffer.alloc(0);

/**
 * Reads protobuf's wire format in place. Nothing here throws or reads past `end`, whatever the bytes are: a reader that meets something
 * impossible returns its fault value. Source: protobuf.dev/programming-guides/encoding.
 */
export class WireScanner {
  bytes: Buffer = NO_BYTES;
  /** The next byte to read. */
  pos = 0;
  /** What the last `varint` held, as two unsigned halves. */
  high = 0;
  low = 0;

  /** The next varint, exact up to 2^53; -1 if it is cut off, longer than ten bytes or wider than 64 bits. */
  varint(end: number): number {
    const { bytes } = this;
    let pos = this.pos;
    if (pos >= end) return -1;
    let byte = bytes[pos++] as number;
    if (byte < 0x80) {
      this.pos = pos;
      this.high = 0;
      this.low = byte;
      return byte;
    }
    let low = byte & 0x7f;
    let high = 0;
    for (let shift = 7; ; shift += 7) {
      if (pos >= end || shift > 63) return -1;
      byte = bytes[pos++] as number;
      if (shift === 63 && byte > 1) return -1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.pos = pos;
    this.low = low >>> 0;
    this.high = high >>> 0;
    return this.high * 0x1_0000_0000 + this.low;
  }

  /** The last varint read as an int64, as close as a double comes. */
  signed(): number {
    return (this.high | 0) * 0x1_0000_0000 + this.low;
  }

  /** Field number and wire type of the next field; `skip` refuses what is not one. */
  tag(end: number): number {
    const byte = this.bytes[this.pos] as number;
    if (byte > 0x7f) return this.longTag(end);
    this.pos++;
    return byte;
  }

  private longTag(end: number): number {
    const tag = this.varint(end);
    return tag > 0xffff_ffff ? -1 : tag;
  }

  /** Where the length-delimited field at `pos` ends; `pos` is then at its first byte. -1 if that is past `end`. */
  lengthEnd(end: number): number {
    const { bytes, pos } = this;
    if (pos >= end) return -1;
    const byte = bytes[pos] as number;
    if (byte < 0x80) {
      this.pos = pos + 1;
      const to = pos + 1 + byte;
      return to > end ? -1 : to;
    }
    return this.longLengthEnd(end);
  }

  private longLengthEnd(end: number): number {
    const length = this.varint(end);
    return length < 0 || length > end - this.pos ? -1 : (this.pos + length) | 0;
  }

  /** Passes over a field that nobody here reads. False where it is cut off, has no number, or is a group: Envoy's messages never had any. */
  skip(tag: number, end: number): boolean {
    if (tag < 8) return false;
    switch (tag & 7) {
      case 0:
        return this.varint(end) >= 0;
      case 1:
        return this.advance(8, end);
      case 2: {
        const to = this.lengthEnd(end);
        if (to < 0) return false;
        this.pos = to;
        return true;
      }
      case 5:
        return this.advance(4, end);
      default:
        return false;
    }
  }

  private advance(count: number, end: number): boolean {
    if (count > end - this.pos) return false;
    this.pos += count;
    return true;
  }
}
