import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSpiffeId } from "../../../src/identity/mtls/spiffe-id.ts";

describe("a SPIFFE ID", () => {
  it("of the Kubernetes form names a namespace and an account", () => {
    expect(parseSpiffeId("spiffe://cluster.local/ns/shop/sa/frontend")).toEqual({
      principal: "spiffe://cluster.local/ns/shop/sa/frontend",
      trustDomain: "cluster.local",
      namespace: "shop",
      serviceAccount: "frontend",
    });
  });

  for (const text of [
    "spiffe://cluster.local/billing/Payments_v2",
    "spiffe://cluster.local/ns/shop/sa",
    "spiffe://cluster.local/ns/shop/sa/frontend/extra",
    "spiffe://cluster.local/ns/shop/SA/frontend",
    "spiffe://cluster.local/sa/frontend/ns/shop",
    "spiffe://cluster.local/x/ns/shop/sa/frontend",
  ]) {
    it(`\`${text}\` is an identity without namespace and account (B50)`, () => {
      expect(parseSpiffeId(text)).toEqual({ principal: text, trustDomain: "cluster.local" });
    });
  }

  it("keeps trust domains apart that begin alike (B49)", () => {
    expect(parseSpiffeId("spiffe://cluster.local.evil/ns/shop/sa/frontend")?.trustDomain).toBe("cluster.local.evil");
  });

  it("takes dots in names as they are (B48)", () => {
    expect(parseSpiffeId("spiffe://td/ns/a.b/sa/c.*")).toBeUndefined();
    expect(parseSpiffeId("spiffe://td/ns/a.b/sa/c.d")).toEqual({
      principal: "spiffe://td/ns/a.b/sa/c.d",
      trustDomain: "td",
      namespace: "a.b",
      serviceAccount: "c.d",
    });
  });

  it("may be 2048 bytes long and no longer", () => {
    const start = "spiffe://td/";
    expect(parseSpiffeId(start + "a".repeat(2048 - start.length))).toBeDefined();
    expect(parseSpiffeId(start + "a".repeat(2049 - start.length))).toBeUndefined();
  });

  it("may have a trust domain of 255 bytes and no more", () => {
    expect(parseSpiffeId(`spiffe://${"a".repeat(255)}/x`)).toBeDefined();
    expect(parseSpiffeId(`spiffe://${"a".repeat(256)}/x`)).toBeUndefined();
  });

  for (const [text, why] of [
    ["", "empty"],
    ["spiffe://cluster.local", "a trust domain, no workload"],
    ["spiffe://cluster.local/", "a trailing slash"],
    ["spiffe://cluster.local/ns/shop/sa/frontend/", "a trailing slash"],
    ["spiffe:///ns/shop/sa/frontend", "no trust domain"],
    ["spiffe://cluster.local//ns/shop/sa/frontend", "an empty segment"],
    ["spiffe://cluster.local/ns/../sa/frontend", "a dot segment"],
    ["spiffe://cluster.local/ns/./sa/frontend", "a dot segment"],
    ["spiffe://cluster.local/ns/shop/sa/%66rontend", "percent-encoding"],
    ["spiffe://cluster.local/ns/shop/sa/front end", "a space"],
    ["spiffe://cluster.local/ns/shop/sa/frontend\0", "a NUL (B51)"],
    ["spiffe://cluster.local/ns/shop/sa/frontend\n", "a line feed"],
    ["spiffe://cluster.local/ns/shop/sa/frontend?x=y", "a query"],
    ["spiffe://cluster.local/ns/shop/sa/frontend#x", "a fragment"],
    ["spiffe://cluster.local:8443/ns/shop/sa/frontend", "a port"],
    ["spiffe://user@cluster.local/ns/shop/sa/frontend", "userinfo"],
    ["spiffe://Cluster.local/ns/shop/sa/frontend", "an upper-case trust domain"],
    ["SPIFFE://cluster.local/ns/shop/sa/frontend", "an upper-case scheme"],
    ["https://cluster.local/ns/shop/sa/frontend", "another scheme"],
    ["spiffe:/cluster.local/ns/shop/sa/frontend", "one slash"],
    [" spiffe://cluster.local/ns/shop/sa/frontend", "a leading space"],
    ["spiffe://cluster.local/ns/shop/sa/frontend,spiffe://cluster.local/ns/shop/sa/admin", "two IDs (B52)"],
    ["spiffe://cluster.local/ns/shop/sa/\u212Aelvin", "a look-alike"],
  ] as const) {
    it(`is refused: ${why}, \`${JSON.stringify(text).slice(1, -1)}\``, () => {
      expect(parseSpiffeId(text)).toBeUndefined();
    });
  }

  it("keeps every part it is made of, whatever they are", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/);
    const domain = fc.stringMatching(/^[a-z0-9_-][a-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(domain, name, name, (trustDomain, namespace, serviceAccount) => {
        const principal = `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
        expect(parseSpiffeId(principal)).toEqual({ principal, trustDomain, namespace, serviceAccount });
      }),
      { numRuns: 500 },
    );
  });

  it("is never made of a text with a character outside its alphabet", () => {
    const read: string[] = [];
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom("a", "/", ".", "-"),
            fc.nat(255).map((code) => String.fromCharCode(code)),
          ),
        }),
        (text) => {
          if (parseSpiffeId(`spiffe://${text}`) !== undefined) read.push(text);
        },
      ),
      { numRuns: 2000 },
    );
    expect(read.filter((text) => !/^[a-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/.test(text))).toEqual([]);
    expect(read.length).toBeGreaterThan(0);
  });
});
