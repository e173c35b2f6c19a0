/**
 * Decodes a byte string (one character a byte) as UTF-8; `undefined` where it is not valid: overlong forms, surrogates, code points
 * beyond U+10FFFF, stray or missing continuation bytes, and characters that are no bytes at all. Source: RFC 3629 §4.
 */
export function decodeUtf8(bytes: string): string | undefined {
  let text = "";
  let plainFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes.charCodeAt(at);
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(lead);
    if (length === 0 || at + length > bytes.length) return undefined;
    let point = lead & (0x7f >> length);
    for (let next = at + 1; next < at + length; next++) {
      const byte = bytes.charCodeAt(next);
      if (byte < 0x80 || byte > 0xbf) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    if (!isShortest(point, length)) return undefined;
    text += bytes.slice(plainFrom, at) + String.fromCodePoint(point);
    at += length;
    plainFrom = at;
  }
  return plainFrom === 0 ? bytes : text + bytes.slice(plainFrom);
}

/** The opposite of {@link decodeUtf8}, for a well-formed text. */
export function encodeUtf8(text: string): string {
  let bytes = "";
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes += character;
    else if (point < 0x800) bytes += String.fromCharCode(0xc0 | (point >> 6), continuation(point));
    else if (point < 0x10000) bytes += String.fromCharCode(0xe0 | (point >> 12), continuation(point >> 6), continuation(point));
    else
      bytes += String.fromCharCode(
        0xf0 | (point >> 18),
        continuation(point >> 12),
        continuation(point >> 6),
        continuation(point),
      );
  }
  return bytes;
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

function isShortest(point: number, length: number): boolean {
  if (length === 3) return point >= 0x800 && (point < 0xd800 || point > 0xdfff);
  return length === 2 || (point >= 0x10000 && point <= 0x10ffff);
}
