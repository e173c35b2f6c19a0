import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestApiKey } from "../../../src/identity/api-key/digest.ts";
import { type ApiKeyEntry, createApiKeyIndex } from "../../../src/identity/api-key/key-index.ts";

const NO_LABELS: ReadonlyMap<string, string> = new Map();

function entry(namespace: string, name: string, key: string, changes: Partial<ApiKeyEntry> = {}): ApiKeyEntry {
  return { namespace, name, labels: NO_LABELS, digest: digestApiKey(key), scopes: [], ...changes };
}

describe("the digest of an API key", () => {
  it("is SHA-256 in hex (FIPS 180-4, the message `abc`)", () => {
    expect(digestApiKey("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("the index of API keys", () => {
  it("gives the identity of a key's Secret", () => {
    const labels = new Map([["app", "orders"]]);
    const index = createApiKeyIndex([entry("shop", "acme", "k-1", { labels, scopes: ["orders.read"] })]);
    expect(index.find("shop", digestApiKey("k-1"), labels)).toEqual({
      kind: "apiKey",
      provider: "",
      subject: "acme",
      scopes: ["orders.read"],
      claims: { name: "acme", namespace: "shop", labels: { app: "orders" } },
    });
  });

  it("finds no key in another namespace, and none whose labels do not hold all that is asked", () => {
    const index = createApiKeyIndex([
      entry("shop", "acme", "k-1", {
        labels: new Map([
          ["app", "orders"],
          ["tier", "gold"],
        ]),
      }),
    ]);
    const find = (namespace: string, labels: readonly (readonly [string, string])[]) =>
      index.find(namespace, digestApiKey("k-1"), new Map(labels))?.subject;
    expect([
      find("shop", []),
      find("shop", [["app", "orders"]]),
      find("shop", [
        ["app", "orders"],
        ["tier", "gold"],
      ]),
      find("shop", [["app", "billing"]]),
      find("shop", [
        ["app", "orders"],
        ["region", "eu"],
      ]),
      find("billing", []),
      find("", []),
    ]).toEqual(["acme", "acme", "acme", undefined, undefined, undefined, undefined]);
  });

  it("tells keys of several namespaces apart, though the key is the same", () => {
    const index = createApiKeyIndex([entry("a", "one", "k"), entry("b", "two", "k")]);
    expect(["a", "b", "c"].map((namespace) => index.find(namespace, digestApiKey("k"), NO_LABELS)?.subject)).toEqual([
      "one",
      "two",
      undefined,
    ]);
    expect(index.duplicates).toEqual([]);
  });

  it("of Secrets with one key takes the first by name that the labels select, in whatever order they came, and tells", () => {
    const entries = [
      entry("shop", "b", "k", { labels: new Map([["app", "billing"]]) }),
      entry("shop", "c", "k"),
      entry("shop", "a", "k"),
    ];
    for (const order of [entries, entries.toReversed()]) {
      const index = createApiKeyIndex(order);
      expect(index.find("shop", digestApiKey("k"), NO_LABELS)?.subject).toBe("a");
      expect(index.find("shop", digestApiKey("k"), new Map([["app", "billing"]]))?.subject).toBe("b");
      expect(index.duplicates).toEqual([
        { first: "shop/b", second: "shop/c" },
        { first: "shop/a", second: "shop/b" },
      ]);
    }
  });

  it("takes labels named like an object's members as labels (B90)", () => {
    const labels = new Map([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    const index = createApiKeyIndex([entry("shop", "acme", "k", { labels }), entry("__proto__", "p", "k")]);
    const claims = index.find("shop", digestApiKey("k"), labels)?.claims["labels"] as object;
    expect([Object.getPrototypeOf(claims), Object.keys(claims)]).toEqual([null, ["__proto__", "constructor"]]);
    expect(index.find("shop", digestApiKey("k"), new Map([["toString", "x"]]))).toBeUndefined();
    expect(index.find("__proto__", digestApiKey("k"), NO_LABELS)?.subject).toBe("p");
    expect(index.find("constructor", digestApiKey("k"), NO_LABELS)).toBeUndefined();
  });

  it("refuses what is no digest", () => {
    for (const digest of ["", "k-1", "A".repeat(64), `${"a".repeat(63)}g`]) {
      expect(() => createApiKeyIndex([entry("shop", "acme", "", { digest })])).toThrow(TypeError);
    }
  });

  it("finds what a plain search finds", () => {
    const namespace = fc.constantFrom("a", "b", "c");
    const label = fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("1", "2"), { maxKeys: 2 });
    const secret = fc.record({ namespace, key: fc.nat(15), label });
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 40 }), namespace, fc.nat(15), label, (secrets, where, key, wanted) => {
        const entries = secrets.map((each, i) =>
          entry(each.namespace, `s${i}`, `${each.key}`, { labels: new Map(Object.entries(each.label)) }),
        );
        const expected = entries
          .filter((each) => each.namespace === where && each.digest === digestApiKey(`${key}`))
          .filter((each) => Object.entries(wanted).every(([name, value]) => each.labels.get(name) === value))
          .map(({ name }) => name)
          .sort()[0];
        const found = createApiKeyIndex(entries).find(where, digestApiKey(`${key}`), new Map(Object.entries(wanted)));
        expect(found?.subject).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("finds each of twenty thousand, and none that is not there", () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => entry(`ns-${i % 7}`, `s-${i}`, `key-${i}`));
    const index = createApiKeyIndex(entries);
    expect(index.size).toBe(20_000);
    const missing = entries.filter(({ namespace, name, digest }) => index.find(namespace, digest, NO_LABELS)?.subject !== name);
    expect(missing).toEqual([]);
    const found = entries.filter((_, i) => index.find(`ns-${i % 7}`, digestApiKey(`other-${i}`), NO_LABELS) !== undefined);
    expect(found).toEqual([]);
  });
});
