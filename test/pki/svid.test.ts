import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const clock = (): number => NOW;
const authority = await createAuthority({ trustDomain: "cluster.local", clock });
const ID = "spiffe://cluster.local/ns/shop/sa/orders";

describe("an authority", () => {
  test("is a self-signed P-256 root that names its trust domain and may sign leaves only", () => {
    const root = new X509Certificate(authority.bundle);
    expect({
      ca: root.ca,
      san: root.subjectAltName,
      selfSigned: root.verify(root.publicKey) && root.checkIssued(root),
      curve: root.publicKey.asymmetricKeyDetails?.namedCurve,
      from: root.validFromDate.toISOString(),
      to: root.validToDate.toISOString(),
    }).toEqual({
      ca: true,
      san: "URI:spiffe://cluster.local",
      selfSigned: true,
      curve: "prime256v1",
      from: "2026-03-01T11:59:00.000Z",
      to: "2036-02-27T12:00:00.000Z",
    });
  });
});

describe("an SVID", () => {
  test("has exactly one URI SAN, no subject, both usages and an hour of life", async () => {
    const svid = await issueSvid(authority, ID);
    const leaf = new X509Certificate(svid.certificate);
    expect({
      ca: leaf.ca,
      subject: leaf.subject,
      san: leaf.subjectAltName,
      usages: leaf.keyUsage,
      from: leaf.validFromDate.toISOString(),
      to: leaf.validToDate.toISOString(),
      signedByTheRoot:
        leaf.checkIssued(new X509Certificate(authority.bundle)) && leaf.verify(new X509Certificate(authority.bundle).publicKey),
      ownKey: svid.privateKey.startsWith("-----BEGIN PRIVATE KEY-----\n"),
      notAfter: new Date(svid.notAfter).toISOString(),
    }).toEqual({
      ca: false,
      subject: undefined,
      san: `URI:${ID}`,
      usages: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      from: "2026-03-01T11:59:00.000Z",
      to: "2026-03-01T13:00:00.000Z",
      signedByTheRoot: true,
      ownKey: true,
      notAfter: "2026-03-01T13:00:00.000Z",
    });
    expect(leaf.serialNumber.toLowerCase()).toBe(svid.serialNumber);
  });

  test("has a key and a serial number of its own each time", async () => {
    const [one, two] = [await issueSvid(authority, ID), await issueSvid(authority, ID)];
    expect(one.privateKey).not.toBe(two.privateKey);
    expect(one.serialNumber).not.toBe(two.serialNumber);
  });

  test("does not outlive its authority", async () => {
    const brief = await createAuthority({ trustDomain: "cluster.local", clock, lifetime: 600 });
    const svid = await issueSvid(brief, ID, { lifetime: 3600 });
    expect(svid.notAfter).toBe(NOW + 600_000);
  });

  for (const id of [
    "spiffe://cluster.local.evil/ns/shop/sa/orders",
    "spiffe://other/ns/shop/sa/orders",
    "spiffe://cluster.local",
    "spiffe://cluster.local/",
    "spiffe://cluster.local/ns//sa/orders",
    "spiffe://cluster.local/ns/../sa/orders",
    "spiffe://cluster.local/ns/./sa/orders",
    "spiffe://cluster.local/ns/shop/sa/orders/",
    "spiffe://cluster.local/ns/shop/sa/or%64ers",
    "spiffe://cluster.local:443/ns/shop/sa/orders",
    "spiffe://user@cluster.local/ns/shop/sa/orders",
    "SPIFFE://cluster.local/ns/shop/sa/orders",
    "https://cluster.local/ns/shop/sa/orders",
    "spiffe://cluster.local/ns/shop/sa/orders?x",
    "spiffe://cluster.local/ns/shop/sa/orders#x",
    "spiffe://cluster.local/ns/shop/sa/orders\0",
    `spiffe://cluster.local/${"a".repeat(2048)}`,
  ]) {
    test(`is refused for \`${id.slice(0, 60)}\``, async () => {
      await expect(issueSvid(authority, id)).rejects.toThrow(TypeError);
    });
  }
});
