import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ByteTable } from "../../src/extauthz/byte-table.ts";

const textOf = (bytes: Buffer, start: number, end: number): string => bytes.toString("latin1", start, end);

test("what a table gives is what its maker makes, wherever in a buffer the bytes stand", () => {
  const table = new ByteTable(64, textOf);
  // Few letters and lengths, so that the same bytes come again and others differ in one place.
  const text = fc.stringMatching(/^[ab]{0,12}$/);
  fc.assert(
    fc.property(text, fc.nat(9), fc.nat(9), (content, before, after) => {
      const bytes = Buffer.from(`${"x".repeat(before)}${content}${"y".repeat(after)}`);
      expect(table.get(bytes, before, before + content.length)).toBe(content);
    }),
    { numRuns: 2000 },
  );
});

test("equal bytes give the very same value, in another buffer too", () => {
  const table = new ByteTable(64, (bytes, start, end) => ({ text: textOf(bytes, start, end) }));
  const first = table.get(Buffer.from("spiffe://a"), 0, 10);
  expect(table.get(Buffer.from("..spiffe://a."), 2, 12)).toBe(first);
  expect(table.get(Buffer.from("spiffe://b"), 0, 10)).toEqual({ text: "spiffe://b" });
});

test("what is too long or shorter than a word is made each time", () => {
  const made: string[] = [];
  const table = new ByteTable(8, (bytes, start, end) => {
    const text = textOf(bytes, start, end);
    made.push(text);
    return text;
  });
  for (const text of ["abc", "12345678", "123456789"]) {
    const bytes = Buffer.from(text);
    for (let time = 0; time < 2; time++) expect(table.get(bytes, 0, bytes.length)).toBe(text);
  }
  expect(made).toEqual(["abc", "abc", "12345678", "123456789", "123456789"]);
});

test("any number of different bytes is right, and the table stays as large as it is", () => {
  const table = new ByteTable(64, textOf);
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 20_000; index++) {
      const bytes = Buffer.from(`host-${index}.example`);
      expect(table.get(bytes, 0, bytes.length)).toBe(`host-${index}.example`);
    }
  }
});
