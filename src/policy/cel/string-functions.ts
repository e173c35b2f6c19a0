import { type CelFunc, type CelList, CelScalar, celFunc, celMethod, listType } from "@bufbuild/cel";
import { createList } from "./collections.ts";
import { CEL_LIMITS } from "./limits.ts";
import { safeError } from "./safe-error.ts";

const { STRING, INT, DYN } = CelScalar;
const LIST = listType(DYN);

/**
 * The string functions that can make more text than they were given, bounded, in place of the evaluator's. Chained, the originals turn
 * a path into gigabytes, and `replace` takes quadratic time; with an empty text to be replaced it also differs from cel-go.
 */
export function createStringFunctions(): CelFunc[] {
  return [
    celFunc("_+_", [STRING, STRING], STRING, (left, right) => bounded(left.length + right.length) && left + right),
    celMethod("replace", STRING, [STRING, STRING], STRING, function (from, to) {
      return replace(this, from, to, -1);
    }),
    celMethod("replace", STRING, [STRING, STRING, INT], STRING, function (from, to, limit) {
      return replace(this, from, to, Number(limit));
    }),
    celMethod("split", STRING, [STRING], LIST, function (separator) {
      return split(this, separator, -1);
    }),
    celMethod("split", STRING, [STRING, INT], LIST, function (separator, limit) {
      return split(this, separator, Number(limit));
    }),
    celMethod("join", LIST, [], STRING, function () {
      return join(this, "");
    }),
    celMethod("join", LIST, [STRING], STRING, function (separator) {
      return join(this, separator);
    }),
    celMethod("lowerAscii", STRING, [], STRING, function () {
      return this.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    }),
    celMethod("upperAscii", STRING, [], STRING, function () {
      return this.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    }),
  ];
}

function bounded(length: number): true {
  if (length > CEL_LIMITS.string) throw safeError(`a string longer than ${CEL_LIMITS.string} characters`);
  return true;
}

/** As Go's `strings.Replace`: a negative limit means all, an empty `from` matches before each character and at the end. */
function replace(text: string, from: string, to: string, limit: number): string {
  if (from === "") {
    const characters = Array.from(text);
    const times = limit < 0 ? characters.length + 1 : Math.min(limit, characters.length + 1);
    bounded(text.length + times * to.length);
    let result = "";
    for (let index = 0; index <= characters.length; index++) result += (index < times ? to : "") + (characters[index] ?? "");
    return result;
  }
  const pieces = text.split(from);
  const times = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  bounded(text.length + times * Math.max(0, to.length - from.length));
  return [pieces.slice(0, times + 1).join(to), ...pieces.slice(times + 1)].join(from);
}

/** As Go's `strings.SplitN`: the last piece holds the rest; an empty separator splits into characters. */
function split(text: string, separator: string, limit: number): CelList {
  if (limit === 0) return createList([]);
  const pieces = separator === "" ? Array.from(text) : text.split(separator);
  if (limit > 0 && pieces.length > limit) pieces.push(pieces.splice(limit - 1).join(separator));
  return createList(pieces);
}

function join(list: CelList, separator: string): string {
  const pieces: string[] = [];
  let length = 0;
  for (const piece of list) {
    if (typeof piece !== "string") throw safeError("`join` takes a list of strings");
    length += piece.length + separator.length;
    bounded(length);
    pieces.push(piece);
  }
  return pieces.join(separator);
}
