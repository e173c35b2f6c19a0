import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictObject } from "../../../src/identity/jwt/strict-json.ts";

/** What the reader gives for a value that `JSON.parse` reads: integers as BigInt, the rest alike. */
function expected(value: unknown): unknown {
  if (typeof value === "number")
    return /^-?\d{1,19}$/.test(String(value)) && Math.abs(value) < 2 ** 63 ? BigInt(String(value)) : value;
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return value;
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([k, v]) => [k, expected(v)])));
}

describe("strict JSON", () => {
  it("reads what JSON.parse reads, with integers as BigInt", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(0, 2, "\t"), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const read = parseStrictObject(text);
        expect(read).toEqual(expected(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("reads no text that JSON.parse refuses", () => {
    const fragment = fc.constantFrom(...'{ } [ ] "a" "b" : , 1 - 0 . e true null " \\'.split(" "), " ", "\u0001");
    const read: string[] = [];
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
        const text = `{${parts.join("")}}`;
        if (typeof parseStrictObject(text) !== "string") read.push(text);
      }),
      { numRuns: 3000 },
    );
    expect(() => read.map((text) => JSON.parse(text) as unknown)).not.toThrow();
    expect(read.length).toBeGreaterThan(0);
  });

  it("keeps the digits of integers up to 64 bits", () => {
    expect(parseStrictObject('{"a":9007199254740993,"b":-9223372036854775808,"c":9223372036854775807}')).toEqual(
      Object.assign(Object.create(null), { a: 9007199254740993n, b: -9223372036854775808n, c: 9223372036854775807n }),
    );
  });

  it("leaves what is no 64-bit integer a double", () => {
    expect(parseStrictObject('{"a":9223372036854775808,"b":1.5,"c":1e300,"d":1e3}')).toEqual(
      Object.assign(Object.create(null), { a: 9223372036854775808, b: 1.5, c: 1e300, d: 1000n }),
    );
  });

  it("makes objects without a prototype, where `__proto__` is a name like any other (B67, B90)", () => {
    const read = parseStrictObject('{"__proto__":{"admin":true},"constructor":1,"o":{"__proto__":2}}');
    if (typeof read === "string") throw new Error(read);
    expect(Object.getPrototypeOf(read)).toBeNull();
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "o"]);
    expect(read["admin"]).toBeUndefined();
    expect(read["toString"]).toBeUndefined();
    expect(Object.keys(read["o"] as object)).toEqual(["__proto__"]);
  });

  for (const [text, fault] of [
    ['{"a":1,"a":1}', "two members with one name"],
    ['{"a":1,"\\u0061":2}', "two members with one name"],
    ['{"__proto__":1,"__proto__":2}', "two members with one name"],
    ['{"a":{"b":1,"b":2}}', "two members with one name"],
    ["", "not a JSON object"],
    ["[]", "not a JSON object"],
    ["null", "not a JSON object"],
    ["\uFEFF{}", "not a JSON object"],
    ["{} {}", "text after the JSON value"],
    ['{"a":1e400}', "a number that is too large"],
    ['{"a":01}', "an object that does not end"],
    ['{"a":NaN}', "a value that is none"],
    ['{"a":"\\ud800"}', "a string with half a surrogate pair"],
    ['{"a":"\n"}', "a string with a bad escape or a control byte"],
    [`{"a":${"[".repeat(40)}${"]".repeat(40)}}`, "nested deeper than 32"],
    [`{"a":${"[".repeat(8000)}`, "nested deeper than 32"],
    ["{", "a member without a name"],
    ['{"a":1,}', "a member without a name"],
    ['{"a"}', "a member without a value"],
    ['{"a":"\\"', "a string that does not end"],
    ['{"a":', "a value that is none"],
  ] as const) {
    it(`refuses \`${text.slice(0, 40)}\`: ${fault}`, () => {
      expect(parseStrictObject(text)).toBe(fault);
    });
  }

  it("takes time in proportion to the text, whatever is in it", () => {
    const hostile = [`{"a":"${"\\\\".repeat(8000)}"}`, `{"a":${"9".repeat(16_000)}}`, `{"a":"${'\\"'.repeat(8000)}"}`];
    for (const text of hostile) {
      const start = process.cpuUsage();
      parseStrictObject(text);
      const { user } = process.cpuUsage(start);
      expect(user).toBeLessThan(50_000);
    }
  });
});
