import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cidr, createIpSet, parseCidr } from "../../../src/policy/match/cidr.ts";
import { formatIpv6, parseIp, parseIpv6 } from "../../../src/policy/match/ip.ts";
import { FALSE, TRUE, UNKNOWN } from "../../../src/policy/model/tri.ts";

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.cidr;
}

describe("an IP address", () => {
  it("is read into words, IPv4-mapped IPv6 as its IPv4 (B55)", () => {
    expect(["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "2001:db8::1", "::", "255.255.255.255"].map(parseIp)).toEqual([
      { version: 4, words: [0x0a000001] },
      { version: 4, words: [0x0a000001] },
      { version: 4, words: [0x0a000001] },
      { version: 6, words: [0x20010db8, 0, 0, 1] },
      { version: 6, words: [0, 0, 0, 0] },
      { version: 4, words: [0xffffffff] },
    ]);
  });

  for (const text of [
    "",
    "010.0.0.1",
    "10.0.0.01",
    "10.0.0",
    "10.0.0.1.",
    "10.0.0.256",
    "0x0a.0.0.1",
    " 10.0.0.1",
    "10.0.0.1:80",
    "fe80::1%eth0",
    "[::1]",
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "12345::",
    "::1.2.3",
    "1.2.3.4::",
    "::ffff:010.0.0.1",
    "g::",
    "1:",
    ":1",
    "/run/envoy.sock",
  ]) {
    it(`B55: is refused in the spelling ${JSON.stringify(text)}`, () => {
      expect(parseIp(text)).toBe(undefined);
    });
  }

  it("is read where Node reads one, and written as a URL writes it", () => {
    const piece = fc.constantFrom(":", "::", "0", "1", "ffff", "a0", "12345", "1.2.3.4", ".", "255", "01");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
        const text = pieces.join("");
        expect(parseIp(text) !== undefined).toBe(isIP(text) !== 0);
        const groups = text.includes(":") ? parseIpv6(text) : undefined;
        const written = groups === undefined ? undefined : `[${formatIpv6(groups)}]`;
        expect(written).toBe(groups === undefined ? undefined : new URL(`http://[${text}]`).hostname);
      }),
      { numRuns: 10_000 },
    );
    const group = fc.constantFrom("0", "0", "0", "1", "ab", "ffff");
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = groups.join(":");
        expect(`[${formatIpv6(parseIpv6(text) ?? [])}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a block of addresses", () => {
  const HELP = "write an address `10.0.0.1` or a block `10.0.0.0/8`, `2001:db8::/32`";
  for (const [text, message, help] of [
    [
      "10.0.0.1/8",
      "`10.0.0.1/8` has bits set beyond its prefix length",
      "write `10.0.0.0/8` for the block or `10.0.0.1` for the address",
    ],
    [
      "2001:db8::1/32",
      "`2001:db8::1/32` has bits set beyond its prefix length",
      "write `2001:db8::/32` for the block or `2001:db8::1` for the address",
    ],
    ["10.0.0.0/33", "`10.0.0.0/33` has no prefix length between 0 and 32", HELP],
    ["10.0.0.0/08", "`10.0.0.0/08` has no prefix length between 0 and 32", HELP],
    ["10.0.0.0/", "`10.0.0.0/` has no prefix length between 0 and 32", HELP],
    ["::/129", "`::/129` has no prefix length between 0 and 128", HELP],
    ["::ffff:10.0.0.0/8", "`::ffff:10.0.0.0/8` has no prefix length between 96 and 128", "write the IPv4 block itself"],
    ["10.0.0.0/8/8", "`10.0.0.0/8/8` is not an IP address or block", HELP],
    ["010.0.0.0/8", "`010.0.0.0/8` is not an IP address or block", HELP],
    ["localhost", "`localhost` is not an IP address or block", HELP],
  ] as const) {
    it(`${text} is refused with the right spelling`, () => {
      expect(parseCidr(text)).toEqual({ ok: false, message, help });
    });
  }

  it("of IPv4-mapped IPv6 is the block of the IPv4 addresses (B55)", () => {
    expect(cidr("::ffff:10.0.0.0/104")).toEqual(cidr("10.0.0.0/8"));
  });

  it("holds its addresses in every spelling, and what is no address is unknown (B55)", () => {
    const set = createIpSet(["10.0.0.0/8", "192.168.1.7", "2001:db8::/33", "fe80::1"].map(cidr));
    const verdicts = [
      "10.255.0.1",
      "::ffff:10.1.2.3",
      "11.0.0.1",
      "192.168.1.7",
      "192.168.1.8",
      "2001:db8:7fff::",
      "2001:db8:8000::",
      "fe80::1",
      "fe80::1%eth0",
      "",
      "010.0.0.1",
    ].map((address) => set.match(address));
    expect(verdicts).toEqual([TRUE, TRUE, FALSE, TRUE, FALSE, TRUE, FALSE, TRUE, UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it("of no bits holds every address of its version", () => {
    const [four, six] = ["0.0.0.0/0", "::/0"].map((text) => createIpSet([cidr(text)]));
    expect([four?.match("1.2.3.4"), four?.match("::1"), six?.match("::1"), six?.match("::ffff:1.2.3.4")]).toEqual([
      TRUE,
      FALSE,
      TRUE,
      FALSE,
    ]);
  });

  it("holds what Node's BlockList holds", () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const address = word.map((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join("."));
    const block = fc.tuple(word, fc.integer({ min: 0, max: 32 })).map(([value, bits]) => {
      const masked = bits === 0 ? 0 : (value & (-1 << (32 - bits))) >>> 0;
      return [[24, 16, 8, 0].map((shift) => (masked >>> shift) & 255).join("."), bits] as const;
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), fc.array(address, { maxLength: 6 }), (blocks, addresses) => {
        const list = new BlockList();
        for (const [network, bits] of blocks) list.addSubnet(network, bits);
        const set = createIpSet(blocks.map(([network, bits]) => cidr(`${network}/${bits}`)));
        const all = [...addresses, ...blocks.map(([network]) => network)];
        expect(all.map((one) => set.match(one) === TRUE)).toEqual(all.map((one) => list.check(one)));
      }),
      { numRuns: 1000 },
    );
  });
});
