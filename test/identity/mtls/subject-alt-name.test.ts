import { describe, expect, it } from "vitest";
import { parseSubjectAltName } from "../../../src/identity/mtls/subject-alt-name.ts";

describe("the text of subject alternative names", () => {
  for (const [text, names] of [
    ["DNS:a.example", [["DNS", "a.example"]]],
    [
      "URI:spiffe://td/x, DNS:a.example, IP Address:10.0.0.1",
      [
        ["URI", "spiffe://td/x"],
        ["DNS", "a.example"],
        ["IP Address", "10.0.0.1"],
      ],
    ],
    ['DNS:"a.example, URI:spiffe://td/admin"', [["DNS", "a.example, URI:spiffe://td/admin"]]],
    [
      'DNS:"a\\"b", URI:spiffe://td/x',
      [
        ["DNS", 'a"b'],
        ["URI", "spiffe://td/x"],
      ],
    ],
    ['URI:"spiffe://td/x\\u0000.evil"', [["URI", "spiffe://td/x\0.evil"]]],
    ["IP Address:0:0:0:0:0:0:0:1", [["IP Address", "0:0:0:0:0:0:0:1"]]],
    [
      'othername:<unsupported>, DirName:"CN = a, O = b"',
      [
        ["othername", "<unsupported>"],
        ["DirName", "CN = a, O = b"],
      ],
    ],
  ] as const) {
    it(`\`${text}\` is ${names.length} name(s)`, () => {
      expect(parseSubjectAltName(text)).toEqual(names.map(([type, value]) => ({ type, value })));
    });
  }

  for (const text of ["", "DNS", 'DNS:"a', 'DNS:"a"b', 'DNS:"a\\', "DNS:a, ", "DNS:a, ,URI:b", 'DNS:"\\x"', "1:a"]) {
    it(`\`${text}\` is refused`, () => {
      expect(parseSubjectAltName(text)).toBeUndefined();
    });
  }
});
