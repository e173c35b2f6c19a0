import { describe, expect, it } from "vitest";
import { foldAscii, foldUnicode } from "../../../src/policy/match/case-fold.ts";

/** Unicode assigns no letter with case above plane 1. */
const CHARACTERS: readonly string[] = Array.from({ length: 0x20000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

describe("folding case (B91)", () => {
  it("for certain touches ASCII letters alone", () => {
    expect(CHARACTERS.filter((character) => foldAscii(character) !== character)).toEqual("ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""));
    expect(foldAscii("ÄBC\u0130İΣ")).toBe("Äbc\u0130İΣ");
  });

  it("by Unicode takes for equal whatever shares a lower or an upper form", () => {
    const apart = CHARACTERS.filter((character) => {
      const fold = foldUnicode(character);
      return foldUnicode(character.toLowerCase()) !== fold || foldUnicode(character.toUpperCase()) !== fold;
    });
    expect(apart).toEqual([]);
  });

  it("by Unicode takes the four Turkish i for one", () => {
    expect(["i", "I", "\u0131", "\u0130"].map(foldUnicode)).toEqual(["I", "I", "I", "I"]);
  });

  it("by Unicode never makes a separator", () => {
    expect(CHARACTERS.filter((character) => character !== "/" && foldUnicode(character).includes("/"))).toEqual([]);
  });
});
