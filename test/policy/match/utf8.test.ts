import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../../../src/policy/match/utf8.ts";

function decodeSlowly(bytes: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

describe("UTF-8 in byte strings", () => {
  it("decodes and refuses as a strict TextDecoder does (B16)", () => {
    const edge = fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
    );
    const bytes = fc.array(fc.oneof(edge, edge, fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(bytes, (codes) => {
        const text = String.fromCharCode(...codes);
        expect(decodeUtf8(text)).toBe(decodeSlowly(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it("encodes as Buffer does, and comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const bytes = encodeUtf8(text);
        expect([bytes, decodeUtf8(bytes)]).toEqual([Buffer.from(text, "utf8").toString("latin1"), text]);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses a character that is no byte", () => {
    expect(decodeUtf8("ž")).toBe(undefined);
  });
});
