import { isUtf8 } from "node:buffer";

/** One character a byte. */
export function byteString(bytes: Buffer, start: number, end: number): string {
  return start === end ? "" : bytes.toString("latin1", start, end);
}

/**
 * UTF-8 where the bytes are that, else one character a byte: no byte is lost or replaced, and what a rule is written to compare with
 * reads as it was written.
 */
export function wireText(bytes: Buffer, start: number, end: number): string {
  let high = 0;
  for (let pos = start; pos < end; pos++) high |= bytes[pos] as number;
  return high < 0x80 || !isUtf8(bytes.subarray(start, end)) ? byteString(bytes, start, end) : bytes.toString("utf8", start, end);
}
