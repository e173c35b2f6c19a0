import { describe, expect, it } from "vitest";
import { parseSpec, parseYaml } from "./manifests.ts";

const BEARER = [{ header: "authorization", prefix: "Bearer" }];
const method = (text: string): ReturnType<typeof parseSpec> => parseSpec(`authentication: [{ name: m, ${text} }]`);

describe("a method", () => {
  it("of introspection remembers answers for a minute, unless it says otherwise", () => {
    const { policy, diagnostics } = method("introspection: { providerRef: { name: corp } }");
    expect(diagnostics).toEqual([]);
    expect(policy.spec.authentication).toEqual([
      {
        name: "m",
        introspection: {
          providerRef: { kind: "IdentityProvider", name: "corp" },
          from: BEARER,
          clockSkewSeconds: 30,
          cacheSeconds: 60,
        },
        forward: false,
      },
    ]);
  });

  it("of a cluster's tokens is offline, unless it says otherwise", () => {
    const { policy, diagnostics } = method("kubernetesToken: { providerRef: { name: cluster }, audiences: [orders] }");
    expect(diagnostics).toEqual([]);
    expect(policy.spec.authentication).toEqual([
      {
        name: "m",
        kubernetesToken: {
          providerRef: { kind: "IdentityProvider", name: "cluster" },
          audiences: ["orders"],
          from: BEARER,
          clockSkewSeconds: 30,
          review: "Offline",
        },
        forward: false,
      },
    ]);
  });

  it("of certificates may say nothing, or whose they are", () => {
    expect(method("clientCertificate: {}").diagnostics).toEqual([]);
    const names =
      "{ subjectAltNames: { uris: ['spiffe://a/b', 'urn:x'], dns: ['*.a.example'], emails: [a@b] }, commonNames: ['A B'], issuers: ['CN=A\\, B,O=C'] }";
    const { policy, diagnostics } = method(`clientCertificate: ${names}`);
    expect(diagnostics).toEqual([]);
    expect(policy.spec.authentication?.[0]?.clientCertificate).toEqual({
      subjectAltNames: { uris: ["spiffe://a/b", "urn:x"], dns: ["*.a.example"], emails: ["a@b"] },
      commonNames: ["A B"],
      issuers: ["CN=A\\, B,O=C"],
    });
  });

  const at = "spec.authentication[0]";
  const refused: readonly (readonly [string, string, string, string?])[] = [
    ["kubernetesToken: { providerRef: { name: c } }", `${at}.kubernetesToken.audiences`, "`audiences` is missing"],
    [
      "kubernetesToken: { providerRef: { name: c }, audiences: [a], review: tokenReview }",
      `${at}.kubernetesToken.review`,
      "`tokenReview` is none of `Offline`, `TokenReview`",
      "did you mean `TokenReview`?",
    ],
    [
      "kubernetesToken: { providerRef: { name: c }, audiences: [a], issuer: x }",
      `${at}.kubernetesToken.issuer`,
      "unknown field `issuer`",
      "the issuer stands in the provider that `providerRef` names",
    ],
    [
      "introspection: { providerRef: { name: c }, cacheSeconds: 3601 }",
      `${at}.introspection.cacheSeconds`,
      "`3601` is not between 0 and 3600",
    ],
    ["introspection: {}", `${at}.introspection.providerRef`, "`providerRef` is missing"],
    [
      "clientCertificate: { from: forwarded }",
      `${at}.clientCertificate.from`,
      "unknown field `from`",
      "where the certificate comes from is said by `sallyport.peer` in Envoy's configuration",
    ],
    [
      "clientCertificate: { subjectAltNames: {} }",
      `${at}.clientCertificate.subjectAltNames`,
      "an entry without fields would match everything",
    ],
    [
      "clientCertificate: { subjectAltNames: { dns: [A.Example.] } }",
      `${at}.clientCertificate.subjectAltNames.dns[0]`,
      "`A.Example.` has upper-case letters or a trailing dot",
      "write `a.example`",
    ],
    [
      "clientCertificate: { subjectAltNames: { uris: [a.example] } }",
      `${at}.clientCertificate.subjectAltNames.uris[0]`,
      "`a.example` is not a URI",
    ],
    [
      "clientCertificate: { issuers: ['/C=DE/O=Acme/CN=CA'] }",
      `${at}.clientCertificate.issuers[0]`,
      "`/C=DE/O=Acme/CN=CA` is a distinguished name with slashes",
      "write `CN=CA,O=Acme,C=DE`, the most specific part first",
    ],
    [
      "clientCertificate: { issuers: ['CN=CA, O=Acme'] }",
      `${at}.clientCertificate.issuers[0]`,
      "`CN=CA, O=Acme` has spaces behind its commas, and issuers are compared exactly",
      "write `CN=CA,O=Acme`",
    ],
  ];
  for (const [text, path, message, help] of refused) {
    it(`\`${text}\` is refused: ${message}`, () => {
      const { diagnostics, policy } = method(text);
      expect(diagnostics).toContainEqual(expect.objectContaining({ severity: "error", path, message, ...(help && { help }) }));
      expect(policy.spec.authentication).toEqual([]);
    });
  }
});

describe("a provider that can be asked", () => {
  const provider = (spec: string) =>
    parseYaml(
      `{ apiVersion: sallyport.dev/v1alpha1, kind: IdentityProvider, metadata: { name: corp, namespace: shop }, spec: ${spec} }`,
    );

  it("needs no more than to say so", () => {
    expect(provider('{ issuer: "https://a", introspection: {} }')).toMatchObject({
      outcome: "resource",
      resource: { spec: { introspection: { ignoreCacheControl: false } } },
    });
    expect(
      provider('{ issuer: "https://a", allowPrivateAddresses: true, introspection: { url: "http://127.0.0.1/ask" } }'),
    ).toMatchObject({ outcome: "resource" });
  });

  it("is asked over https", () => {
    expect(provider('{ issuer: "https://a", introspection: { url: "http://a/ask" } }')).toMatchObject({
      outcome: "invalid",
      diagnostics: [{ code: "InvalidURL", path: "spec.introspection", message: "`introspection.url` must be an https URL" }],
    });
  });
});
