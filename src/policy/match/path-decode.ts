import type { Reason } from "../model/reason.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Why a path is refused. */
export type PathReason = Extract<Reason, `path_${string}`>;

export type DecodedPath = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: PathReason };

/** Characters whose NFKC form holds `/`, `\`, `.`, `;` or `%`, as of Unicode 17. */
export const LOOKALIKE: RegExp =
  /[\u037e\u2024-\u2026\u2100\u2101\u2105\u2106\u2488-\u249b\u33c2\u33c7\u33d8\ufe14\ufe19\ufe30\ufe52\ufe54\ufe68\ufe6a\uff05\uff0e\uff0f\uff1b\uff3c\u{1f100}]/u;

const C1_CONTROL = /[\u0080-\u009f]/;
const ESCAPE_AGAIN = /%[0-9A-Fa-f]{2}/;

/**
 * Decodes a path's escapes once and brings it into NFC. Takes a byte string (one character a byte), without query and fragment.
 * Faults of bytes are found first, from left to right, then those of the whole text. A raw space counts as a control byte: no
 * request-target may hold one (RFC 9112 §3.2), and it would end the target on an HTTP/1.1 connection to the service.
 */
export function decodePath(raw: string): DecodedPath {
  let bytes = "";
  let copiedTo = 0;
  let highest = 0;
  let percents = false;
  for (let at = 0; at < raw.length; at++) {
    let byte = raw.charCodeAt(at);
    if (byte === 0x25) {
      byte = escapedByte(raw, at);
      if (byte < 0) return refuse("path_bad_escape");
      if (byte === 0x2f || byte === 0x3b || byte === 0x23 || byte === 0x3f) return refuse("path_escaped_separator");
      if (byte === 0x25 && escapedByte(raw, at + 2) >= 0) return refuse("path_double_escaped");
      percents ||= byte === 0x25;
      bytes += raw.slice(copiedTo, at) + String.fromCharCode(byte);
      at += 2;
      copiedTo = at + 1;
    } else if (byte === 0x20) return refuse("path_control_byte");
    if (byte < 0x20 || byte === 0x7f) return refuse("path_control_byte");
    if (byte === 0x5c) return refuse("path_backslash");
    if (byte > highest) highest = byte;
  }
  bytes += raw.slice(copiedTo);

  // `%25%36%31` decodes to `%61` just as `%2561` does.
  const text = highest < 0x80 ? bytes : decodeUtf8(bytes);
  if (text === undefined) return refuse("path_bad_utf8");
  if (percents && ESCAPE_AGAIN.test(text)) return refuse("path_double_escaped");
  if (highest < 0x80) return { ok: true, text };
  if (C1_CONTROL.test(text)) return refuse("path_control_byte");
  if (LOOKALIKE.test(text)) return refuse("path_lookalike");
  return { ok: true, text: text.normalize("NFC") };
}

/** The byte that the escape at `at` stands for, -1 where two hex digits do not follow. */
export function escapedByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** True for `.` and `..`, once a segment's `;` parameters are off. */
export function isDotSegment(segment: string): boolean {
  const name = withoutParameters(segment);
  return name === "." || name === "..";
}

/** What a server sees that knows path parameters (RFC 3986 §3.3) and sets them aside. */
export function withoutParameters(segment: string): string {
  const semicolon = segment.indexOf(";");
  return semicolon < 0 ? segment : segment.slice(0, semicolon);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function refuse(reason: PathReason): DecodedPath {
  return { ok: false, reason };
}
