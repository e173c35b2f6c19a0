import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileHost, type HostPattern, matchesHost } from "../../../src/policy/match/host-pattern.ts";
import { createHostTrie } from "../../../src/policy/match/host-trie.ts";

function pattern(text: string): HostPattern {
  const compiled = compileHost(text);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.pattern;
}

describe("a host of a policy", () => {
  it("is exact, a wildcard for one or more labels, or any", () => {
    expect(["Shop.Example.", "*.example.com", "*", "[::0001]"].map(pattern)).toEqual([
      { kind: "exact", text: "Shop.Example.", host: "shop.example" },
      { kind: "wildcard", text: "*.example.com", suffix: ".example.com" },
      { kind: "any", text: "*" },
      { kind: "exact", text: "[::0001]", host: "[::1]" },
    ]);
  });

  const HELP = "write a host such as `shop.example.com`, a wildcard `*.example.com`, or `*`";
  const invalid = (text: string): unknown => ({
    ok: false,
    message: `\`${text}\` is not an ASCII host name, an IPv4 or a bracketed IPv6 address`,
    help: HELP,
  });
  for (const [text, refusal] of [
    ["shop:8080", { ok: false, message: "`shop:8080` has a port, and hosts are compared without one", help: "write `shop`" }],
    [
      "*.Shop:8080",
      { ok: false, message: "`*.Shop:8080` has a port, and hosts are compared without one", help: "write `*.shop`" },
    ],
    ["*.10.0.0.1", { ok: false, message: "`*.10.0.0.1` puts a wildcard before an address", help: HELP }],
    ["*.[::1]", { ok: false, message: "`*.[::1]` puts a wildcard before an address", help: HELP }],
    ["bücher.example", invalid("bücher.example")],
    ["*shop", invalid("*shop")],
    ["*.", invalid("*.")],
    ["a.*.b", invalid("a.*.b")],
    ["127.1", invalid("127.1")],
    ["", invalid("")],
  ] as const) {
    it(`\`${text}\` is refused with the right spelling`, () => {
      expect(compileHost(text)).toEqual(refusal);
    });
  }
});

describe("the table of hosts", () => {
  const trie = createHostTrie(
    ["*", "*.com", "*.example.com", "shop.example.com", "10.0.0.1"].map((text) => [pattern(text), text] as const),
  );

  for (const [host, expected] of [
    ["shop.example.com", "shop.example.com"],
    ["a.example.com", "*.example.com"],
    ["a.b.example.com", "*.example.com"],
    ["x.shop.example.com", "*.example.com"],
    ["example.com", "*.com"],
    ["badexample.com", "*.com"],
    ["com", "*"],
    ["10.0.0.1", "10.0.0.1"],
    ["10.0.0.2", "*"],
    ["__proto__", "*"],
  ] as const) {
    it(`B34: ${host} is found under ${expected} and nothing looser`, () => {
      expect(trie.find(host)).toBe(expected);
    });
  }

  it("B34: an exact host hides a wildcard even when its value is falsy", () => {
    const hosts = createHostTrie<number | undefined>([
      [pattern("*.b"), 1],
      [pattern("a.b"), undefined],
      [pattern("*.a.b"), 0],
    ]);
    expect(["a.b", "x.a.b", "x.b", "x"].map((host) => hosts.find(host))).toEqual([undefined, 0, 1, undefined]);
  });

  it("keeps the first of two entries with one pattern", () => {
    const hosts = createHostTrie([
      [pattern("a"), 1],
      [pattern("A."), 2],
      [pattern("*.a"), 3],
      [pattern("*.A"), 4],
      [pattern("*"), 5],
      [pattern("*"), 6],
    ]);
    expect(["a", "x.a", "y"].map((host) => hosts.find(host))).toEqual([1, 3, 5]);
  });

  it("finds the most specific of all patterns that match", () => {
    const name = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const written = fc.oneof(
      name,
      name.map((suffix) => `*.${suffix}`),
      fc.constant("*"),
    );
    fc.assert(
      fc.property(fc.uniqueArray(written, { maxLength: 10 }), name, (texts, host) => {
        const matching = texts.filter((text) => matchesHost(pattern(text), host));
        const rank = (text: string): number => (text.startsWith("*") ? text.length : 1000);
        const [best] = matching.toSorted((one, other) => rank(other) - rank(one));
        expect(createHostTrie(texts.map((text) => [pattern(text), text] as const)).find(host)).toBe(best);
      }),
      { numRuns: 3000 },
    );
  });
});
