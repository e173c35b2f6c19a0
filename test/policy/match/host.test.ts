import { isIPv4, isIPv6 } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostAndPort, normalizeHost } from "../../../src/policy/match/host.ts";

describe("a host", () => {
  const long = Array.from({ length: 4 }, () => "a".repeat(62)).join(".");
  for (const [name, raw, expected] of [
    ["a name", "orders.shop.svc.cluster.local", "orders.shop.svc.cluster.local"],
    ["a single label", "orders", "orders"],
    ["B26 upper case", "Orders.SHOP", "orders.shop"],
    ["B27 a port", "orders.shop:8080", "orders.shop"],
    ["B28 a trailing dot", "orders.shop.", "orders.shop"],
    ["B28 a trailing dot before a port", "orders.shop.:80", "orders.shop"],
    ["an underscore", "my_service", "my_service"],
    ["inner hyphens", "a--b.c-d", "a--b.c-d"],
    ["B33 punycode", "xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["digits in labels", "1.a.2b", "1.a.2b"],
    ["IPv4", "10.0.0.1", "10.0.0.1"],
    ["IPv4 with port", "10.0.0.1:80", "10.0.0.1"],
    ["B32 IPv6", "[2001:DB8:0:0:0:0:0:1]", "[2001:db8::1]"],
    ["B32 IPv6 with port", "[::1]:8080", "[::1]"],
    ["B32 IPv4-mapped IPv6", "[::ffff:1.2.3.4]", "[::ffff:102:304]"],
    ["253 characters", long + "a", long + "a"],
    ["63 characters in a label", "a".repeat(63), "a".repeat(63)],
    ["the highest port", "a:65535", "a"],
  ] as const) {
    it(`is normalized: ${name}`, () => {
      expect(normalizeHost(raw)).toBe(expected);
    });
  }

  for (const [name, raw] of [
    ["empty", ""],
    ["a dot", "."],
    ["B28 two trailing dots", "a.."],
    ["an empty label", "a..b"],
    ["a leading dot", ".a"],
    ["a port alone", ":80"],
    ["a dot and a port", ".:80"],
    ["B27 an empty port", "a:"],
    ["B27 a port of letters", "a:http"],
    ["B27 two ports", "a:80:90"],
    ["B27 a port too high", "a:65536"],
    ["B27 a port of six digits", "a:000080"],
    ["B27 a signed port", "a:+80"],
    ["B29 a leading space", " a"],
    ["B29 a trailing tab", "a\t"],
    ["B29 a space before the port", "a :80"],
    ["B29 a NUL", "a\0b"],
    ["B30 two hosts", "a,b"],
    ["B30 two hosts with a space", "a, a"],
    ["B31 user information", "a@b"],
    ["B31 user information with a port", "a:80@b"],
    ["B32 IPv6 without brackets", "::1"],
    ["B32 IPv6 with a zone", "[fe80::1%25eth0]"],
    ["B32 an open bracket", "[::1"],
    ["B32 two closing brackets", "[::1]]"],
    ["B32 something behind the bracket", "[::1]a"],
    ["B32 IPvFuture", "[v1.a]"],
    ["B32 IPv4 in brackets", "[1.2.3.4]"],
    ["B33 Unicode", "bücher.example"],
    ["B33 the Kelvin sign", "\u212aey"],
    ["IPv4 in hexadecimal", "0x7f.1"],
    ["IPv4 in octal", "010.0.0.1"],
    ["short IPv4", "127.1"],
    ["IPv4 as one number", "2130706433"],
    ["IPv4 as one hexadecimal number", "0x7F000001"],
    ["IPv4 of five numbers", "1.2.3.4.5"],
    ["IPv4 too high", "1.2.3.256"],
    ["a name that ends in a number", "a.1"],
    ["a name that ends in 0x", "a.0x"],
    ["a leading hyphen", "-a"],
    ["a trailing hyphen", "a-.b"],
    ["a trailing hyphen before the port", "a-:80"],
    ["a trailing hyphen at the end", "a-"],
    ["64 characters in a label", "a".repeat(64)],
    ["254 characters", `${long}aa`],
    ["64 KiB", "a.".repeat(32_768)],
    ["a wildcard", "*.example.com"],
    ["a slash", "a/b"],
    ["a percent", "a%2eb"],
  ] as const) {
    it(`is refused: ${name}`, () => {
      expect([normalizeHost(raw), hostAndPort(raw)]).toEqual([undefined, undefined]);
    });
  }

  it("keeps its port where that is asked for", () => {
    expect(["A:80", "[::1]:443", "a"].map(hostAndPort)).toEqual([
      { host: "a", port: 80 },
      { host: "[::1]", port: 443 },
      { host: "a", port: undefined },
    ]);
  });

  it("agrees with the rules taken one by one, and is stable", () => {
    const piece = fc.constantFrom(
      "a",
      "B",
      "-",
      ".",
      ":",
      "1",
      "0",
      "08",
      "255",
      "256",
      "_",
      "@",
      "[",
      "]",
      "::",
      "f",
      "0x1",
      " ",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const raw = pieces.join("");
        const host = normalizeHost(raw);
        expect(host).toBe(normalizeSlowly(raw));
        expect(hostAndPort(raw)?.host).toBe(host);
        expect(host === undefined ? host : normalizeHost(host)).toBe(host);
      }),
      { numRuns: 20_000 },
    );
  });
});

function normalizeSlowly(raw: string): string | undefined {
  const [, bracketed, name, port] = /^(?:\[([0-9A-Fa-f:.]*)\]|([^:[\]]*))(?::([0-9]{1,5}))?$/.exec(raw) ?? [];
  if (port !== undefined && Number(port) > 65_535) return undefined;
  // The URL class is the twin for IPv6 alone: its hosts forgive too much.
  if (bracketed !== undefined) return isIPv6(bracketed) ? new URL(`http://[${bracketed}]`).hostname : undefined;
  const bare = name?.replace(/\.$/, "").toLowerCase();
  if (bare === undefined || bare.length > 253) return undefined;
  if (!bare.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return undefined;
  return /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(bare) && !isIPv4(bare) ? undefined : bare;
}
