import type { ClaimValue } from "../model/identity.ts";

const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;
const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;

class JsonFault extends Error {}

/**
 * Reads RFC 8259 JSON for conditions; `undefined` for what two readers could read differently: a repeated key, an integer beyond
 * 64 bits, a number beyond a double, a lone surrogate, deep nesting. `JSON.parse` keeps the last of two equal keys and rounds integers
 * without a word, and a service behind the door may keep the first. Integers come as BigInt, objects without a prototype.
 */
export function parseJson(text: string): ClaimValue | undefined {
  try {
    return new JsonReader(text).document();
  } catch (error) {
    if (error instanceof JsonFault || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ClaimValue {
    const value = this.#value(0);
    if (this.#at !== this.#text.length) throw new JsonFault();
    return value;
  }

  #value(depth: number): ClaimValue {
    if (depth > MAX_DEPTH || ++this.#values > MAX_VALUES) throw new JsonFault();
    this.#space();
    const value = this.#bare(depth);
    this.#space();
    return value;
  }

  #bare(depth: number): ClaimValue {
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

  #object(depth: number): ClaimValue {
    const object: { [name: string]: ClaimValue } = Object.create(null);
    this.#at++;
    this.#space();
    if (this.#take("}")) return object;
    do {
      this.#space();
      const key = this.#string();
      this.#space();
      if (!this.#take(":") || Object.hasOwn(object, key)) throw new JsonFault();
      object[key] = this.#value(depth + 1);
    } while (this.#take(","));
    if (!this.#take("}")) throw new JsonFault();
    return object;
  }

  #array(depth: number): ClaimValue {
    const array: ClaimValue[] = [];
    this.#at++;
    this.#space();
    if (this.#take("]")) return array;
    do array.push(this.#value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw new JsonFault();
    return array;
  }

  #string(): string {
    const start = this.#at;
    if (!this.#take('"')) throw new JsonFault();
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at++);
      if (unit === 0x22) break;
      if (unit === 0x5c) this.#at++;
      if (Number.isNaN(unit)) throw new JsonFault();
    }
    // `JSON.parse` of one string is exact, and native.
    const value: unknown = JSON.parse(this.#text.slice(start, this.#at));
    if (typeof value !== "string" || !value.isWellFormed()) throw new JsonFault();
    return value;
  }

  #number(): bigint | number {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw new JsonFault();
    this.#at = NUMBER.lastIndex;
    const [text, fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined) {
      if (text.length > 20) throw new JsonFault();
      const integer = BigInt(text);
      if (integer < MIN_INT || integer > MAX_INT) throw new JsonFault();
      return integer;
    }
    const number = Number(text);
    if (!Number.isFinite(number)) throw new JsonFault();
    return number;
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonFault();
    this.#at += word.length;
    return value;
  }

  #take(unit: string): boolean {
    if (this.#text[this.#at] !== unit) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }
}
