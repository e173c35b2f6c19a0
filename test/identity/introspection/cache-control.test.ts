import { describe, expect, it } from "vitest";
import { readFreshness } from "../../../src/identity/introspection/cache-control.ts";

describe("the Cache-Control of an answer", () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ["", undefined],
    ["private", undefined],
    ["max-age=30", 30],
    ["private, Max-Age=30", 30],
    ['max-age="30"', 30],
    ["max-age=30, max-age=10", 10],
    ["s-maxage=100", undefined],
    ["no-store", 0],
    ["max-age=30, no-cache", 0],
    ["no-cache=set-cookie", 0],
    ["max-age", 0],
    ["max-age=-1", 0],
    ["max-age=soon", 0],
    ["max-age=1e9", 0],
  ];
  for (const [text, seconds] of table) it(`\`${text}\` gives ${seconds}`, () => expect(readFreshness(text)).toBe(seconds));
});
