import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readClientCertificate } from "../../../src/identity/mtls/client-certificate.ts";
import { formatDistinguishedName } from "../../../src/identity/mtls/distinguished-name.ts";
import { createCertificateVerifier } from "../../../src/identity/mtls/verify-certificate.ts";
import type { ClientCertificateMethod, Verification } from "../../../src/policy/model/authentication.ts";
import { mkRequest } from "../../policy/world.ts";
import { type CertificateSpec, forward, makeCertificate } from "./certificates.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

const method = (accepts: ClientCertificateMethod["accepts"] = {}): ClientCertificateMethod => ({
  id: "shop/orders#partners",
  name: "partners",
  kind: "clientCertificate",
  locations: [],
  forward: false,
  accepts,
});

const certificate = async (spec: Partial<CertificateSpec>): Promise<string> =>
  forward(await makeCertificate({ uris: [], ...spec }));

/** `ok SUBJECT`, or the detail of the refusal. */
function verdict(verification: Verification): string {
  if (verification.ok) return `ok ${verification.identity.subject ?? ""}`;
  expect(verification.reason).toBe("certificate_invalid");
  return verification.detail;
}

function verify(text: string, accepts: ClientCertificateMethod["accepts"] = {}, now = NOON): string {
  const request = mkRequest({ certificate: text, extensions: { "sallyport.peer": "certificate" } });
  return verdict(createCertificateVerifier({ now: () => now })(method(accepts), request));
}

describe("a client's certificate", () => {
  it("gives an identity with its names, issuer and fingerprint", async () => {
    const text = await certificate({
      uris: ["spiffe://partner.example/billing", "urn:partner:billing"],
      dns: ["Billing.Partner.Example", "*.partner.example"],
      emails: ["billing@partner.example"],
      subject: "C=DE, O=Partner GmbH, CN=Billing",
      issuer: "C=DE, O=Partner GmbH, CN=Partners CA",
      usages: [SERVER_AUTH, CLIENT_AUTH],
    });
    const read = readClientCertificate(text);
    expect("fault" in read ? read.fault : read.identity).toEqual({
      kind: "clientCertificate",
      provider: "",
      subject: "spiffe://partner.example/billing",
      issuer: "CN=Partners CA,O=Partner GmbH,C=DE",
      scopes: [],
      claims: {
        uris: ["spiffe://partner.example/billing", "urn:partner:billing"],
        dns: ["billing.partner.example", "*.partner.example"],
        emails: ["billing@partner.example"],
        subject: "CN=Billing,O=Partner GmbH,C=DE",
        commonName: "Billing",
        issuer: "CN=Partners CA,O=Partner GmbH,C=DE",
        serialNumber: "01",
        notAfter: BigInt(Date.UTC(2026, 0, 2) / 1000),
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  it("speaks for its first URI, else its first DNS name, else its subject", async () => {
    const names = { dns: ["a.example", "b.example"], emails: ["x@a.example"], subject: "O=Acme, CN=a" };
    expect(verify(await certificate({ ...names, uris: ["urn:a", "urn:b"] }))).toBe("ok urn:a");
    expect(verify(await certificate(names))).toBe("ok a.example");
    expect(verify(await certificate({ ...names, dns: [] }))).toBe("ok CN=a,O=Acme");
  });

  it("counts from its first second to its last, and not a moment longer (B53)", async () => {
    const text = await certificate({ dns: ["a.example"] });
    const [first, last] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
    expect([first, last, first - 1, last + 1].map((now) => verify(text, {}, now))).toEqual([
      "ok a.example",
      "ok a.example",
      "it is not valid yet",
      "it has expired",
    ]);
  });

  it("is refused if it is an authority's, or its key is for other uses (B53)", async () => {
    expect(verify(await certificate({ dns: ["a.example"], ca: true }))).toBe("it is the certificate of an authority");
    expect(verify(await certificate({ dns: ["a.example"], usages: [SERVER_AUTH] }))).toBe(
      "its extended key usage does not include client authentication",
    );
    expect(verify(await certificate({ dns: ["a.example"], usages: [CLIENT_AUTH] }))).toBe("ok a.example");
  });

  for (const hostile of ["admin.example\0.evil.example", "a\nb", "\x7f"]) {
    it(`is refused with the name ${JSON.stringify(hostile)} (B51)`, async () => {
      expect(verify(await certificate({ dns: [hostile] }))).toBe("its alternative names cannot be read in one way only");
    });
  }

  it("with a name that looks like two is one name (CVE-2021-44532)", async () => {
    const read = readClientCertificate(await certificate({ dns: ["evil.example, DNS:admin.example"] }));
    expect("fault" in read ? read.fault : read.dns).toEqual(["evil.example, dns:admin.example"]);
  });

  it("is refused unless it is one certificate in PEM", async () => {
    const pem = await makeCertificate({ uris: ["urn:a"] });
    for (const text of ["nonsense", "%", forward(pem + pem), encodeURIComponent(` ${pem}`), pem.slice(0, 40)]) {
      expect(verify(text)).toBe("what Envoy forwards is not one certificate in PEM");
    }
  });
});

describe("what a method accepts", () => {
  let text: string;
  beforeAll(async () => {
    text = await certificate({
      uris: ["urn:partner:billing"],
      dns: ["billing.partner.example"],
      emails: ["billing@partner.example"],
      subject: "O=Partner, CN=Billing",
      issuer: "O=Partner, CN=Partners CA",
    });
  });

  const table: readonly (readonly [ClientCertificateMethod["accepts"], string])[] = [
    [{ uris: ["urn:other", "urn:partner:billing"] }, "ok urn:partner:billing"],
    [{ uris: ["urn:partner"] }, "it has none of the URIs that the method accepts"],
    [{ dns: ["billing.partner.example"] }, "ok urn:partner:billing"],
    [{ dns: ["partner.example"] }, "it has none of the DNS names that the method accepts"],
    [{ emails: ["billing@partner.example"] }, "ok urn:partner:billing"],
    [{ emails: ["Billing@partner.example"] }, "it has none of the email addresses that the method accepts"],
    [{ commonNames: ["Billing"] }, "ok urn:partner:billing"],
    [{ commonNames: ["billing"] }, "its subject has none of the common names that the method accepts"],
    [{ issuers: ["CN=Partners CA,O=Partner"] }, "ok urn:partner:billing"],
    [{ issuers: ["O=Partner,CN=Partners CA"] }, "the method does not accept its issuer"],
    [{ uris: ["urn:partner:billing"], dns: ["other.example"] }, "it has none of the DNS names that the method accepts"],
    [{ uris: ["urn:partner:billing"], issuers: ["CN=Other"] }, "the method does not accept its issuer"],
  ];
  for (const [accepts, wanted] of table) {
    it(`${JSON.stringify(accepts)}: ${wanted}`, () => expect(verify(text, accepts)).toBe(wanted));
  }

  it("is never a common name that stands beside another", async () => {
    const twice = await certificate({ subject: "CN=admin, CN=mallory" });
    expect(verify(twice, { commonNames: ["admin"] })).toBe("its subject has none of the common names that the method accepts");
    expect(verify(twice, { commonNames: ["mallory"] })).toBe("its subject has none of the common names that the method accepts");
  });

  it("is not a part of a name with a comma or a line break inside", async () => {
    const comma = await certificate({ subject: "O=Partner, CN=x\\,CN=Billing" });
    expect(verify(comma)).toBe("ok CN=x\\,CN=Billing,O=Partner");
    const read = readClientCertificate(comma);
    expect("fault" in read ? read.fault : read.commonName).toBe("x,CN=Billing");
  });
});

describe("x-forwarded-client-cert, where the configuration trusts it", () => {
  let text: string;
  let other: string;
  let hash: string;
  beforeAll(async () => {
    text = await certificate({ dns: ["a.example"] });
    other = await certificate({ dns: ["b.example"] });
    const read = readClientCertificate(text);
    hash = "fault" in read ? read.fault : JSON.stringify(read.identity.claims["fingerprint"]).slice(1, -1);
  });

  function verifyHeader(header: string | readonly string[], accepts: ClientCertificateMethod["accepts"] = {}): string {
    const request = mkRequest({ headers: { "x-forwarded-client-cert": header }, extensions: { "sallyport.peer": "xfcc" } });
    return verdict(createCertificateVerifier({ now: () => NOON })(method(accepts), request));
  }

  it("speaks by the certificate of its last element (B54)", () => {
    expect(verifyHeader(`Hash=${hash};Cert="${text}"`)).toBe("ok a.example");
    expect(verifyHeader([`Cert="${other}"`, `Hash=${hash};Cert="${text}"`])).toBe("ok a.example");
    expect(verifyHeader(`Cert="${text}",Hash=00;DNS=b.example`)).toBe("x-forwarded-client-cert does not hold one `Cert`");
  });

  it("is believed for no name that stands only in the header", () => {
    expect(verifyHeader("DNS=a.example;URI=spiffe://cluster.local/ns/shop/sa/admin")).toBe(
      "x-forwarded-client-cert does not hold one `Cert`",
    );
    expect(verifyHeader(`DNS=admin.example;Cert="${text}"`, { dns: ["admin.example"] })).toBe(
      "it has none of the DNS names that the method accepts",
    );
  });

  it("is refused with two certificates, the hash of another, or half a quote", () => {
    expect(verifyHeader(`Cert="${text}";Cert="${other}"`)).toBe("x-forwarded-client-cert does not hold one `Cert`");
    expect(verifyHeader(`Hash=${"0".repeat(64)};Cert="${text}"`)).toBe(
      "x-forwarded-client-cert holds the hash of another certificate",
    );
    expect(verifyHeader(`Cert="${text}`)).toBe("x-forwarded-client-cert cannot be read");
  });

  it("says nothing where the configuration names another source", () => {
    for (const source of ["principal", "certificate", "XFCC", ""]) {
      const request = mkRequest({
        headers: { "x-forwarded-client-cert": `Cert="${text}"` },
        extensions: { "sallyport.peer": source },
      });
      expect(verdict(createCertificateVerifier({ now: () => NOON })(method(), request))).toBe("there is none");
    }
  });
});

describe("a distinguished name", () => {
  it("is written as RFC 2253 has it: most specific first, no spaces, bytes beyond ASCII escaped", () => {
    expect(formatDistinguishedName("C=US\nO=A\\, B\\+C\nCN=x + OU=y")).toBe("OU=y+CN=x,O=A\\, B\\+C,C=US");
    expect(formatDistinguishedName("CN=Zoë")).toBe("CN=Zo\\C3\\AB");
    expect(formatDistinguishedName("")).toBe("");
  });
});

it("whatever Envoy forwards is answered, and only a certificate is accepted", () => {
  const verifyAt = createCertificateVerifier({ now: () => NOON });
  const piece = fc.oneof(fc.string(), fc.constantFrom("Cert=", '"', ";", ",", "-----BEGIN CERTIFICATE-----%0A", "%41", "Hash="));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.constantFrom("certificate", "xfcc"), (pieces, source) => {
      const text = pieces.join("");
      const headers = { "x-forwarded-client-cert": text };
      const request = mkRequest({ headers, certificate: text, extensions: { "sallyport.peer": source } });
      expect(verifyAt(method(), request).ok).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
