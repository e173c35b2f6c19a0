import { foldAscii, foldUnicode } from "./case-fold.ts";

/**
 * One way to read a request's path: the text that every path matcher and CEL's `request.path` see while a rule is evaluated.
 * Decoded once, in NFC, with a leading slash, without query, dot segments or empty segments (the last one may be empty).
 * What only some matchers want is worked out when it is first asked for.
 */
export class PathReading {
  readonly text: string;
  /** The same path without its trailing slash, where it has one and is not `/`: one more reading, for Deny rules alone. */
  readonly withoutSlash: PathReading | undefined;
  private split: readonly string[] | undefined;
  private asciiFold: string | undefined;
  private unicodeFold: string | undefined;

  constructor(text: string) {
    const last = text.length - 1;
    this.text = text;
    this.withoutSlash = last > 0 && text.charCodeAt(last) === 0x2f ? new PathReading(text.slice(0, last)) : undefined;
    this.split = undefined;
    this.asciiFold = undefined;
    this.unicodeFold = undefined;
  }

  /** What stands between the slashes: `/a/b` is `a`, `b`; a trailing slash gives an empty last one, and `/` one empty segment. */
  get segments(): readonly string[] {
    this.split ??= this.text.slice(1).split("/");
    return this.split;
  }

  /** The text with ASCII letters in lower case. */
  get foldedAscii(): string {
    this.asciiFold ??= foldAscii(this.text);
    return this.asciiFold;
  }

  /** The text folded as broadly as any server might; see {@link foldUnicode}. */
  get foldedUnicode(): string {
    this.unicodeFold ??= foldUnicode(this.text);
    return this.unicodeFold;
  }
}
