import type { ClaimValue } from "./identity.ts";

/** An object as JSON wrote it: null-prototype, so that a member named `__proto__` is a member like any other. */
export type JsonObject = { readonly [name: string]: ClaimValue };

export interface JsonRules {
  /** What a number is, from its text; `undefined` refuses it. */
  readonly number: (written: string) => bigint | number | undefined;
  /** How many values a text may hold. */
  readonly mostValues: number;
}

export type JsonResult =
  | { readonly ok: true; readonly value: ClaimValue }
  /** What is wrong with the text, without a word of it. */
  | { readonly ok: false; readonly fault: string };

/** Deeper than any document in use, and far from the end of the stack. */
const DEEPEST = 32;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** What a CEL `int` can hold. */
const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);

class NotJson extends Error {}

/**
 * Reads RFC 8259 JSON and refuses what two readers could read differently. `JSON.parse` would do but for four things: of two members with
 * one name it silently keeps the last, where another reader keeps the first; integers past 2^53 lose digits; nesting is unbounded; a lone
 * surrogate passes.
 */
export function readJson(text: string, rules: JsonRules): JsonResult {
  try {
    return { ok: true, value: new JsonReader(text, rules).document() };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, fault: error.message };
    throw error;
  }
}

/** An integer's text as CEL's `int`; `undefined` beyond 64 bits. */
export function int64(written: string): bigint | undefined {
  // More digits than an int64 has cannot fit one, and converting them would cost the square of their number.
  if (written.length > 20) return undefined;
  const exact = BigInt(written);
  return exact <= MAX_INT && exact >= MIN_INT ? exact : undefined;
}

class JsonReader {
  readonly #text: string;
  readonly #rules: JsonRules;
  #at = 0;
  #values = 0;

  constructor(text: string, rules: JsonRules) {
    this.#text = text;
    this.#rules = rules;
  }

  document(): ClaimValue {
    this.#space();
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) throw new NotJson("text after the JSON value");
    return value;
  }

  #value(depth: number): ClaimValue {
    if (++this.#values > this.#rules.mostValues) throw new NotJson(`more than ${this.#rules.mostValues} values`);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const members: { [name: string]: ClaimValue } = Object.create(null);
    if (this.#skip("}")) return members;
    for (;;) {
      if (this.#text[this.#at] !== '"') throw new NotJson("a member without a name");
      const name = this.#string();
      if (name in members) throw new NotJson("two members with one name");
      this.#space();
      if (!this.#skip(":")) throw new NotJson("a member without a value");
      members[name] = this.#value(depth + 1);
      this.#space();
      if (this.#skip("}")) return members;
      if (!this.#skip(",")) throw new NotJson("an object that does not end");
    }
  }

  #array(depth: number): readonly ClaimValue[] {
    this.#enter(depth);
    const elements: ClaimValue[] = [];
    if (this.#skip("]")) return elements;
    for (;;) {
      elements.push(this.#value(depth + 1));
      this.#space();
      if (this.#skip("]")) return elements;
      if (!this.#skip(",")) throw new NotJson("an array that does not end");
    }
  }

  /** Steps over an opening bracket and the space behind it. */
  #enter(depth: number): void {
    if (depth > DEEPEST) throw new NotJson(`nested deeper than ${DEEPEST}`);
    this.#at++;
    this.#space();
  }

  /** Strings are delegated: what stands between two unescaped quotes is a JSON string exactly if `JSON.parse` reads it. */
  #string(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end >= 0 && this.#escaped(start, end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw new NotJson("a string that does not end");
    this.#at = end + 1;
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      throw new NotJson("a string with a bad escape or a control byte");
    }
    if (!value.isWellFormed()) throw new NotJson("a string with half a surrogate pair");
    return value;
  }

  /** Whether an odd run of backslashes stands before the quote at `end`. */
  #escaped(start: number, end: number): boolean {
    let first = end;
    while (first - 1 > start && this.#text[first - 1] === "\\") first--;
    return (end - first) % 2 === 1;
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const written = NUMBER.exec(this.#text)?.[0];
    if (written === undefined) throw new NotJson("a value that is none");
    this.#at += written.length;
    const value = this.#rules.number(written);
    if (value === undefined) throw new NotJson("a number that is too large");
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new NotJson("a value that is none");
    this.#at += word.length;
    return value;
  }

  /** Steps over a character and the space behind it. */
  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    this.#space();
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }
}
