import { describe, expect, it } from "vitest";
import { compileCel } from "../../src/policy/cel/compile.ts";
import { fencesOf, readPage } from "./fences.ts";

const expressions = fencesOf(readPage("cel.md")).filter(({ language }) => language === "cel");

describe("the expressions of docs/cel.md", () => {
  it("are there", () => {
    expect(expressions.length).toBeGreaterThan(3);
  });

  for (const { text, line } of expressions) {
    it(`line ${line} is accepted`, () => {
      const compiled = compileCel(text);
      expect(compiled.ok ? compiled.warnings : compiled.faults).toEqual([]);
    });
  }
});
