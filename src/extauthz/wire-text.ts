import { isAscii, isUtf8 } from "node:buffer";

/** What `toString("latin1", …)` ends in, without its look at encoding and bounds. */
const latin1Slice: (this: Uint8Array, start: number, end: number) => string = Buffer.prototype.latin1Slice;

/** One character a byte. */
export function byteString(bytes: Buffer, start: number, end: number): string {
  return start === end ? "" : latin1Slice.call(bytes, start, end);
}

/**
 * UTF-8 where the bytes are that, else one character a byte: no byte is lost or replaced, and what a rule is written to compare with
 * reads as it was written.
 */
export function wireText(bytes: Buffer, start: number, end: number): string {
  if (isPlain(bytes, start, end) || !isUtf8(bytes.subarray(start, end))) return byteString(bytes, start, end);
  return bytes.toString("utf8", start, end);
}

/** Bytes from which on the way into a native function is the shorter one. */
const LONG = 128;

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  if (end - start >= LONG) return isAscii(bytes.subarray(start, end));
  let high = 0;
  for (let pos = start; pos < end; pos++) high |= bytes[pos] as number;
  return high < 0x80;
}
