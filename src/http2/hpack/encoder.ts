import { staticTable } from "./static-table.ts";

/**
 * Header blocks that mean the same in every state of the peer's table: indices of the static table and literals without indexing (RFC 7541 §6.1,
 * §6.2.2), no Huffman code. They can be built once and sent on every connection.
 */
export function encodeFields(fields: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const octets: number[] = [];
  for (const [name, value] of fields) {
    const whole = staticTable.findIndex((entry) => entry.name === name && entry.value === value);
    if (whole >= 0) {
      pushInteger(octets, 0x80, 0x7f, whole + 1);
      continue;
    }
    const named = staticTable.findIndex((entry) => entry.name === name);
    pushInteger(octets, 0x00, 0x0f, named + 1);
    if (named < 0) {
      pushString(octets, name);
    }
    pushString(octets, value);
  }
  return Uint8Array.from(octets);
}

/**
 * A dynamic table size update to zero. Sent once, before the first field, it tells the peer that our encoder keeps no table, and so spares us the
 * updates that RFC 7541 §4.2 wants whenever the peer lowers its SETTINGS_HEADER_TABLE_SIZE.
 */
export const noTable = 0x20;

function pushInteger(octets: number[], pattern: number, mask: number, value: number): void {
  if (value < mask) {
    octets.push(pattern | value);
    return;
  }
  octets.push(pattern | mask);
  let rest = value - mask;
  while (rest >= 128) {
    octets.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  octets.push(rest);
}

function pushString(octets: number[], text: string): void {
  pushInteger(octets, 0x00, 0x7f, text.length);
  for (let at = 0; at < text.length; at++) {
    octets.push(text.charCodeAt(at) & 0xff);
  }
}
