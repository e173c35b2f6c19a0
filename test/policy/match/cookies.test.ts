import { describe, expect, it } from "vitest";
import { parseCookies } from "../../../src/policy/match/cookies.ts";

describe("cookies", () => {
  for (const [headers, values, ambiguous] of [
    [[], [], []],
    [
      ["a=1; b=2"],
      [
        ["a", ["1"]],
        ["b", ["2"]],
      ],
      [],
    ],
    [
      ["a=1", "a=2; c=3"],
      [
        ["a", ["1", "2"]],
        ["c", ["3"]],
      ],
      [],
    ],
    [
      [" a = 1 ;; b=x=y;"],
      [
        ["a", ["1"]],
        ["b", ["x=y"]],
      ],
      [],
    ],
    [
      ["A=1; a=2"],
      [
        ["A", ["1"]],
        ["a", ["2"]],
      ],
      [],
    ],
    [
      ["__proto__=1; constructor=2"],
      [
        ["__proto__", ["1"]],
        ["constructor", ["2"]],
      ],
      [],
    ],
    [["token=eyJhbGciOiJSUzI1NiJ9.e30.c2ln_-"], [["token", ["eyJhbGciOiJSUzI1NiJ9.e30.c2ln_-"]]], []],
    [["ga=1,2,3"], [["ga", ["1,2,3"]]], []],
    [["a"], [["a", [""]]], ["a"]],
    [["=x"], [["", ["x"]]], []],
    [
      ['a="1"; b=2'],
      [
        ["a", ['"1"']],
        ["b", ["2"]],
      ],
      ["a"],
    ],
    [
      ['a="x; role=admin; y"; b=2'],
      [
        ["a", ['"x']],
        ["role", ["admin"]],
        ['y"', [""]],
        ["b", ["2"]],
      ],
      ["a", "role", 'y"'],
    ],
    [["a=1,role=admin"], [["a", ["1,role=admin"]]], ["a", "role"]],
    [
      ["role=%61dmin; p=100%"],
      [
        ["role", ["%61dmin"]],
        ["p", ["100%"]],
      ],
      ["role"],
    ],
    [["a=\xe9"], [["a", ["\xe9"]]], ["a"]],
    [["a=x y"], [["a", ["x y"]]], ["a"]],
  ] as const) {
    it(`${JSON.stringify(headers)} keep every value, and what servers read differently is named`, () => {
      const parsed = parseCookies(headers);
      expect({ values: [...parsed.values], ambiguous: [...parsed.ambiguous] }).toEqual({ values, ambiguous });
    });
  }
});
