import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../../src/policy/match/query.ts";
import { encodeUtf8 } from "../../../src/policy/match/utf8.ts";

function told(raw: string): { values: [string, readonly string[]][]; ambiguous: string[] } {
  const { values, ambiguous } = parseQuery(raw);
  return { values: [...values], ambiguous: [...ambiguous] };
}

describe("a query", () => {
  for (const [raw, values, ambiguous] of [
    ["", [], []],
    ["x=1", [["x", ["1"]]], []],
    [
      "a=1&b=2&a=3",
      [
        ["a", ["1", "3"]],
        ["b", ["2"]],
      ],
      [],
    ],
    [
      "a&b=&=c&&",
      [
        ["a", [""]],
        ["b", [""]],
        ["", ["c"]],
      ],
      [],
    ],
    ["a=b=c", [["a", ["b=c"]]], []],
    [
      "q=a+b%2Bc&%72ole=%61dmin",
      [
        ["q", ["a b+c"]],
        ["role", ["admin"]],
      ],
      [],
    ],
    ["a=%2541", [["a", ["%41"]]], []],
    ["n=J%C3%BCrgen", [["n", ["Jürgen"]]], []],
    [
      "__proto__=1&constructor=2",
      [
        ["__proto__", ["1"]],
        ["constructor", ["2"]],
      ],
      [],
    ],
    ["a=%zz", [["a", ["%zz"]]], ["a"]],
    [
      "a=%&b=1",
      [
        ["a", ["%"]],
        ["b", ["1"]],
      ],
      ["a"],
    ],
    ["a=%ff", [["a", ["\xff"]]], ["a"]],
    ["a=1;role=admin", [["a", ["1;role=admin"]]], ["a", "role"]],
    ["a=1%3Brole=admin", [["a", ["1;role=admin"]]], []],
    ["a=\xff", [["a", ["\xff"]]], ["a"]],
  ] as const) {
    it(`${JSON.stringify(raw)} is read as a form, and what servers read differently is named`, () => {
      expect(told(raw)).toEqual({ values, ambiguous });
    });
  }

  it("that is sound is read as URLSearchParams reads it", () => {
    const text = fc.stringMatching(/^[^;]{0,6}$/u).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 6 }), (pairs) => {
        const params = new URLSearchParams(pairs.map(([name, value]) => [name, value] as [string, string]));
        const expected = [...new Set(params.keys())].map((name) => [name, params.getAll(name)] as const);
        expect(told(encodeUtf8(params.toString()))).toEqual({ values: expected, ambiguous: [] });
      }),
      { numRuns: 1000 },
    );
  });
});
