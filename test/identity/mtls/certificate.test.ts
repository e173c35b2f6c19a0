import { describe, expect, it } from "vitest";
import { readForwardedCertificate } from "../../../src/identity/mtls/certificate.ts";
import { forward, makeCertificate } from "./certificates.ts";

const ID = "spiffe://td/ns/shop/sa/frontend";

describe("a forwarded certificate", () => {
  it("gives the identity of its one URI SAN and the time it is valid in", async () => {
    const pem = await makeCertificate({ uris: [ID], dns: ["frontend.shop"], ca: false });
    expect(readForwardedCertificate(forward(pem))).toEqual({
      identity: { principal: ID, trustDomain: "td", namespace: "shop", serviceAccount: "frontend" },
      notBefore: Date.UTC(2026, 0, 1),
      notAfter: Date.UTC(2026, 0, 2),
    });
  });

  for (const [why, spec] of [
    ["two URI SANs (B52)", { uris: [ID, "spiffe://td/ns/shop/sa/admin"] }],
    ["two equal URI SANs", { uris: [ID, ID] }],
    ["a second URI SAN that is no SPIFFE ID", { uris: [ID, "https://example.com/"] }],
    ["no SAN at all", { uris: [] }],
    ["a DNS SAN only", { uris: [], dns: [ID] }],
    ["a URI SAN inside a DNS SAN", { uris: [], dns: [`a.example, URI:${ID}`] }],
    ["a NUL in the SAN (B51)", { uris: [`${ID}\0.evil`] }],
    ["a NUL before the SAN's end (B51)", { uris: [`${ID}\0`] }],
    ["a comma in the SAN that would make two", { uris: [`${ID}, URI:spiffe://td/ns/shop/sa/admin`] }],
    ["percent-encoding in the SAN (B50)", { uris: ["spiffe://td/ns/shop/sa/%66rontend"] }],
    ["another scheme", { uris: ["https://td/ns/shop/sa/frontend"] }],
    ["a certificate of an authority", { uris: [ID], ca: true }],
  ] as const) {
    it(`names nobody: ${why}`, async () => {
      expect(readForwardedCertificate(forward(await makeCertificate(spec)))).toBeUndefined();
    });
  }

  it("names nobody when it is not exactly one PEM block, URL-encoded", async () => {
    const pem = await makeCertificate({ uris: [ID] });
    const faulty = [
      "",
      "x",
      pem,
      "%zz",
      forward(`${pem}\n${pem}`),
      forward(` ${pem}`),
      forward(pem.slice(0, -60)),
      "%".repeat(70_000),
    ];
    // A raw PEM happens to be its own decoding as long as it holds no `%`, so it is a certificate too.
    expect(faulty.map((text) => readForwardedCertificate(text) !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
