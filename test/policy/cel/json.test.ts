import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../../src/policy/cel/json.ts";

test("integers are BigInt, other numbers double", () => {
  expect(parseJson(' [1, -0, 9223372036854775807, 1.0, 2e3, "a\\u00e9", true, false, null] ')).toEqual([
    1n,
    0n,
    9223372036854775807n,
    1,
    2000,
    "aé",
    true,
    false,
    null,
  ]);
});

test("objects have no prototype", () => {
  const value = parseJson('{"__proto__":1,"a":{"constructor":2}}');
  expect(Object.getPrototypeOf(value)).toBe(null);
  expect(Object.entries(value as object)).toEqual([
    ["__proto__", 1n],
    ["a", Object.assign(Object.create(null), { constructor: 2n })],
  ]);
});

test.each([
  ["B73: a repeated key", '{"a":1,"a":2}'],
  ["B73: a key repeated by an escape", '{"a":1,"\\u0061":2}'],
  ["B75: deep nesting", `${"[".repeat(40)}${"]".repeat(40)}`],
  ["B75: an integer beyond 64 bits", "9223372036854775808"],
  ["B75: a very long integer", "1".repeat(100_000)],
  ["B75: a number beyond a double", "1e999"],
  ["a lone surrogate", '"\\ud800"'],
  ["too many values", `[${"1,".repeat(10_000)}1]`],
  ["a byte order mark", "\ufeff1"],
  ["nothing", ""],
  ["a trailing comma", "[1,]"],
  ["a leading zero", "01"],
  ["two values", "1 2"],
  ["a bare word", "undefined"],
  ["an unfinished text", '"abc'],
  ["an unfinished escape", '"abc\\'],
  ["a control byte in a text", '"a\nb"'],
  ["single quotes", "{'a':1}"],
  ["a missing colon", '{"a" 1}'],
])("%s is refused", (_, text) => {
  expect(parseJson(text)).toBe(undefined);
});

/** `JSON.parse` is the oracle: whatever it writes, we read as it does, with integers as BigInt. */
test("what JSON.stringify writes is read back", () => {
  const plain = (value: unknown): unknown => {
    if (typeof value === "bigint") return Number(value);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
    return value;
  };
  const integers = fc.jsonValue({ maxDepth: 5 }).filter((value) => !/-?\d{17,}|-0/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(integers, (value) => {
      const text = JSON.stringify(value);
      expect(plain(parseJson(text))).toEqual(plain(JSON.parse(text)));
    }),
    { numRuns: 1000 },
  );
});

test("what JSON.parse refuses is never read", () => {
  const unit = fc.constantFrom(...Array.from('{}[]:,"0123e.-\\u tfnrlas'));
  const refused = fc.string({ unit, maxLength: 20 }).filter((text) => {
    try {
      JSON.parse(text);
      return false;
    } catch {
      return true;
    }
  });
  fc.assert(
    fc.property(refused, (text) => {
      expect(parseJson(text)).toBe(undefined);
    }),
    { numRuns: 2000 },
  );
});
