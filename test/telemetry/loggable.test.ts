import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loggablePath } from "../../src/telemetry/loggable-path.ts";
import { printable } from "../../src/telemetry/printable.ts";

describe("a text that a caller wrote", () => {
  for (const [what, text, shown] of [
    ["a line break", "a\r\nlevel=fatal", "a\\u{d}\\u{a}level=fatal"],
    ["a terminal's escape", "\u001b[31mred\u009b0m", "\\u{1b}[31mred\\u{9b}0m"],
    ["a bidirectional override", "abc\u202edef", "abc\\u{202e}def"],
    ["a line separator", "a\u2028b\u0085c", "a\\u{2028}b\\u{85}c"],
    ["half a character", "a\ud800b", "a\\u{d800}b"],
    ["other scripts", "café 東京 🚪", "café 東京 🚪"],
  ] as const) {
    test(`shows ${what} without harm (B102)`, () => expect(printable(text, 100)).toBe(shown));
  }

  test("is bounded", () => {
    expect(printable("abcdef", 3)).toBe("abc…");
    expect(printable("abc", 3)).toBe("abc");
  });
});

describe("a denied request's path", () => {
  for (const [path, shown] of [
    ["/api/v1/orders/42", "/api/v1/orders/42"],
    ["/a?token=s3cret", "/a"],
    ["/a%3Ftoken=s3cret", "/a"],
    ["/a%25253ftoken=s3cret", "/a"],
    ["/a#s3cret", "/a"],
    ["/a%23s3cret", "/a"],
    ["/a;jsessionid=s3cret/b", "/a"],
    ["/a%3bjsessionid=s3cret/b", "/a"],
    ["http://user:s3cret@shop/a", ""],
    ["user:s3cret@shop:443", ""],
    ["", ""],
    [`/reset/${"e".repeat(65)}/x`, "/reset/…/x"],
    [`/${"ab/".repeat(200)}`, `/${"ab/".repeat(200)}`.slice(0, 256).concat("…")],
    ["/a\nb", "/a\\u{a}b"],
  ] as const) {
    test(`\`${path.slice(0, 30)}\` is logged as \`${shown.slice(0, 30)}\``, () => expect(loggablePath(path)).toBe(shown));
  }

  test("never shows what follows a query, fragment or parameter, and stays short", () => {
    const start = fc.string({ unit: fc.constantFrom("/", "a", ".", "%41", "é"), maxLength: 400 });
    const mark = fc.constantFrom("?", "#", ";", "%3f", "%3B", "%23", "%253F");
    fc.assert(
      fc.property(start, mark, (path, end) => {
        const shown = loggablePath(`/${path}${end}SECRET`);
        expect(shown).not.toContain("SECRET");
        expect(shown.length).toBeLessThanOrEqual(257);
      }),
      { numRuns: 1_000 },
    );
  });
});
