import { expect, test } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.ts";
import type { Field } from "../../../src/http2/hpack/field.ts";

const limits = { tableSize: 4096, maxListSize: 1_000, maxFields: 10 };

function decode(decoder: HpackDecoder, hex: string): { fault: string | undefined; fields: string[] } {
  const block = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const fields: Field[] = [];
  const fault = decoder.decode(block, 0, block.length, fields);
  return { fault, fields: fields.map(({ name, value }) => `${name}: ${value}`) };
}

const faults: readonly (readonly [name: string, hex: string, fault: string])[] = [
  ["index 0", "80", "index outside the tables"],
  ["an index after the last entry", "be", "index outside the tables"],
  ["a name index after the last entry", "7f 00 01 61", "index outside the tables"],
  ["an integer without an end", "ff ff", "truncated integer"],
  ["an integer over 31 bits", "ff ff ff ff ff 7f", "integer overflow"],
  ["an integer padded with zeros", "ff 80 80 80 80 80 00", "integer overflow"],
  ["a string longer than its block", "40 05 61 62", "truncated string"],
  ["a name without a value", "40 01 61", "truncated string"],
  ["EOS inside a string", "40 84 ff ff ff ff 00", "invalid Huffman code"],
  ["more than seven bits of padding", "40 82 1f ff 00", "invalid Huffman code"],
  ["padding with zeros", "40 81 18 00", "invalid Huffman code"],
  ["a size update after a field", "82 20", "table size update after a field"],
  ["a size update over the setting", "3f e2 1f", "table size update over the limit"],
];

for (const [name, hex, fault] of faults) {
  test(`${name} is a compression error`, () => {
    expect(decode(new HpackDecoder(limits), hex).fault).toBe(fault);
  });
}

test("two size updates at a block's start are applied in order", () => {
  const decoder = new HpackDecoder(limits);
  decode(decoder, "40 01 61 01 62");
  expect(decode(decoder, "20 3f e1 1f 82")).toEqual({ fault: undefined, fields: [":method: GET"] });
  expect(decoder.tableSize).toBe(0);
  expect(decode(decoder, "be").fault).toBe("index outside the tables");
});

test("an entry larger than the table empties it and is still a field", () => {
  const decoder = new HpackDecoder({ ...limits, tableSize: 40 });
  expect(decode(decoder, "40 01 61 01 62")).toEqual({ fault: undefined, fields: ["a: b"] });
  expect(decoder.tableSize).toBe(34);
  expect(decode(decoder, "40 08 6162636465666768 01 63")).toEqual({ fault: undefined, fields: ["abcdefgh: c"] });
  expect(decoder.tableSize).toBe(0);
});

test("fields over the list's size are dropped, counted, and still enter the table", () => {
  const decoder = new HpackDecoder({ ...limits, maxListSize: 70 });
  expect(decode(decoder, "40 01 61 01 62 40 01 63 01 64 40 01 65 01 66")).toEqual({ fault: undefined, fields: ["a: b", "c: d"] });
  expect([decoder.oversize, decoder.listSize, decoder.tableSize]).toEqual([true, 102, 102]);
  expect(decode(decoder, "be")).toEqual({ fault: undefined, fields: ["e: f"] });
});

test("fields over the list's count are dropped", () => {
  const decoder = new HpackDecoder({ ...limits, maxFields: 2 });
  expect(decode(decoder, "82 86 84")).toEqual({ fault: undefined, fields: [":method: GET", ":scheme: http"] });
  expect(decoder.oversize).toBe(true);
});

test("a block is stateless exactly when it changes no table", () => {
  const decoder = new HpackDecoder(limits);
  const stateless = (hex: string): [boolean, number] => {
    decode(decoder, hex);
    return [decoder.stateless, decoder.generation];
  };
  expect(stateless("82 86 00 01 61 01 62 10 01 63 01 64")).toEqual([true, 0]);
  expect(stateless("82 40 01 61 01 62")).toEqual([false, 1]);
  expect(stateless("be 82")).toEqual([true, 1]);
  expect(stateless("20")).toEqual([false, 2]);
});

test("octets outside ASCII come through as they are", () => {
  expect(decode(new HpackDecoder(limits), "00 01 61 02 80 ff").fields).toEqual(["a: \u0080\u00ff"]);
});
