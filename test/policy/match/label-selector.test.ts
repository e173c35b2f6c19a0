import { describe, expect, it } from "vitest";
import { compileLabelSelector } from "../../../src/policy/match/label-selector.ts";

describe("a label selector", () => {
  const pod = new Map([
    ["app", "orders"],
    ["tier", "backend"],
  ]);

  it("wants every label with its value, and none selects every pod", () => {
    const selectors = [
      [],
      [["app", "orders"]],
      [
        ["app", "orders"],
        ["tier", "backend"],
      ],
      [["app", "Orders"]],
      [
        ["app", "orders"],
        ["zone", "a"],
      ],
    ] as [string, string][][];
    expect(selectors.map((labels) => compileLabelSelector(new Map(labels)).matches(pod))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("B90: knows no labels that a pod inherits", () => {
    const names = ["__proto__", "constructor", "toString"];
    expect(names.map((name) => compileLabelSelector(new Map([[name, ""]])).matches(new Map()))).toEqual([false, false, false]);
    expect(compileLabelSelector(new Map([["__proto__", "x"]])).matches(new Map([["__proto__", "x"]]))).toBe(true);
  });
});
