import { describe, expect, it } from "vitest";
import { parseXfcc, readXfccPeer } from "../../../src/identity/mtls/xfcc.ts";

const frontend = {
  principal: "spiffe://td/ns/shop/sa/frontend",
  trustDomain: "td",
  namespace: "shop",
  serviceAccount: "frontend",
};

describe("x-forwarded-client-cert", () => {
  it("is read into elements and pairs, keys without case", () => {
    expect(parseXfcc('By=spiffe://td/a;hash=00ff;Subject="CN=x;O=\\"y, z\\"";URI=,BY=b;Dns=c')).toEqual([
      [
        { key: "by", value: "spiffe://td/a" },
        { key: "hash", value: "00ff" },
        { key: "subject", value: 'CN=x;O="y, z"' },
        { key: "uri", value: "" },
      ],
      [
        { key: "by", value: "b" },
        { key: "dns", value: "c" },
      ],
    ]);
  });

  it("names the peer by its last element, which our own hop appended (B54)", () => {
    expect(
      readXfccPeer("By=spiffe://td/gw;URI=spiffe://td/ns/shop/sa/admin, By=spiffe://td/me;URI=spiffe://td/ns/shop/sa/frontend"),
    ).toEqual(frontend);
  });

  for (const [text, why] of [
    ["", "empty"],
    ["By=spiffe://td/me;Hash=00", "no URI"],
    ["By=spiffe://td/me;URI=", "an empty URI"],
    ["URI=spiffe://td/ns/shop/sa/frontend;URI=spiffe://td/ns/shop/sa/admin", "two URIs in one element (B52)"],
    ["URI=spiffe://td/ns/shop/sa/frontend;uri=spiffe://td/ns/shop/sa/frontend", "two URIs that differ by the key's case"],
    ["URI=spiffe://td/ns/shop/sa/admin,Hash=00", "a URI in an earlier element only"],
    ['By=a;Subject=",URI=spiffe://td/ns/shop/sa/frontend', "a half-open quote before our own element"],
    ['By=a;Subject=",By=me;Subject="CN=x";URI=spiffe://td/ns/shop/sa/frontend', "a half-open quote that ours would close"],
    ['URI="spiffe://td/ns/shop/sa/admin"x', "text after a closing quote"],
    ['URI=spi"ffe://td/x"', "a quote inside a plain value"],
    ["URI=spiffe://td/ns/shop/sa/frontend,", "an empty last element"],
    [",URI=spiffe://td/ns/shop/sa/frontend", "an empty first element"],
    ["URI=spiffe://td/ns/shop/sa/frontend;", "an empty last pair"],
    ["spiffe://td/ns/shop/sa/frontend", "no key"],
    ["URI=spiffe://td/ns/shop/sa/frontend;Hash", "a pair without a value"],
  ] as const) {
    it(`names nobody: ${why}`, () => {
      expect(readXfccPeer(text)).toBeUndefined();
    });
  }

  it("does not take the separators in a quoted value for its own (B54)", () => {
    expect(readXfccPeer('Subject="CN=x,URI=spiffe://td/ns/shop/sa/admin;URI=y";URI=spiffe://td/ns/shop/sa/frontend')).toEqual(
      frontend,
    );
  });
});
