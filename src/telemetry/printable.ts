// Control characters of ASCII and Latin-1, line and paragraph separators, bidirectional overrides and lone surrogates: what can forge a line or
// a terminal's output. JSON itself escapes only the first 32 and, in `JSON.stringify`, the surrogates.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

/** A text that a caller wrote, made safe to show: at most `limit` UTF-16 units (a cut shows as `…`), unprintable characters as `\u{hex}`. */
export function printable(text: string, limit: number): string {
  const bounded = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return bounded.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
