import { describe, expect, it } from "vitest";
import type { MethodPlan } from "../../../src/policy/model/authentication.ts";
import { compileWorld } from "../world.ts";

const providers = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "https://corp.example" }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: opaque, namespace: shop }
spec: { issuer: "https://opaque.example", introspection: { url: "https://opaque.example/ask" } }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: both, namespace: shop }
spec: { issuer: "https://both.example", discovery: {}, introspection: { ignoreCacheControl: true } }
`;

function compileOne(method: string, options: { readonly tokenReview?: boolean } = {}) {
  const { plan, diagnostics } = compileWorld(
    `${providers}
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec: { authentication: [{ name: m, ${method} }] }
`,
    options,
  );
  const target = plan.forWorkload("shop", new Map(), "");
  const found = diagnostics.map(({ code, severity, path, message, help }) => [code, severity, path, message, help]);
  return { method: target?.policies[0]?.methods[0] as MethodPlan, found };
}

const BEARER = [{ in: "header", name: "authorization", prefix: "Bearer" }];
const BASE = { id: "shop/orders#m", name: "m", forward: false };

describe("a method", () => {
  it("of introspection has its provider and defaults", () => {
    const { method, found } = compileOne("introspection: { providerRef: { name: opaque } }");
    expect(found).toEqual([]);
    expect(method).toEqual({
      ...BASE,
      kind: "introspection",
      locations: BEARER,
      provider: expect.objectContaining({
        keys: { from: "none" },
        introspection: { url: "https://opaque.example/ask", ignoreCacheControl: false },
      }),
      audiences: [],
      clockSkew: 30,
      cacheSeconds: 60,
    });
  });

  it("may ask a provider and another verify by the keys of the same", () => {
    const provider = { keys: { from: "discovery" }, introspection: { url: undefined, ignoreCacheControl: true } };
    for (const text of [
      "introspection: { providerRef: { name: both } }",
      "jwt: { providerRef: { name: both }, audiences: [a] }",
    ]) {
      const { method, found } = compileOne(text);
      expect(found).toEqual([]);
      expect(method).toEqual(expect.objectContaining({ provider: expect.objectContaining(provider) }));
    }
  });

  it("of a cluster's tokens verifies offline unless it says otherwise", () => {
    const { method, found } = compileOne("kubernetesToken: { providerRef: { name: corp }, audiences: [orders] }");
    expect(found).toEqual([]);
    expect(method).toEqual({
      ...BASE,
      kind: "kubernetesToken",
      locations: BEARER,
      provider: expect.objectContaining({ issuer: "https://corp.example" }),
      audiences: ["orders"],
      clockSkew: 30,
      maxLifetime: 0,
      review: "Offline",
    });
  });

  it("that reviews tokens needs a cluster", () => {
    const text = "kubernetesToken: { providerRef: { name: corp }, audiences: [orders], review: TokenReview }";
    expect(compileOne(text, { tokenReview: true }).found).toEqual([]);
    expect(compileOne(text).found).toEqual([
      [
        "NeedsCluster",
        "warning",
        "spec.authentication[0].kubernetesToken.review",
        "`TokenReview` needs a cluster to ask, and here is none, so requests with such a token are answered 503",
        "write `review: Offline`, or run inside the cluster",
      ],
    ]);
  });

  it("of certificates has no location of its own", () => {
    const { method, found } = compileOne(
      "clientCertificate: { subjectAltNames: { uris: ['urn:a'], dns: [a.example] }, commonNames: [A], issuers: ['CN=CA'] }",
    );
    expect(found).toEqual([]);
    expect(method).toEqual({
      ...BASE,
      kind: "clientCertificate",
      locations: [],
      accepts: { uris: ["urn:a"], dns: ["a.example"], commonNames: ["A"], issuers: ["CN=CA"] },
    });
  });

  const unresolved: readonly (readonly [string, string, string, string])[] = [
    [
      "introspection: { providerRef: { name: corp } }",
      "introspection",
      "the IdentityProvider `corp` has no `introspection`, so requests with a token are answered 503",
      "add `introspection: {}` to it",
    ],
    [
      "introspection: { providerRef: { name: gone } }",
      "introspection",
      "there is no usable IdentityProvider `gone` in namespace `shop`, so requests with a token are answered 503",
      "create it, or name another",
    ],
    [
      "kubernetesToken: { providerRef: { name: opaque }, audiences: [a] }",
      "kubernetesToken",
      "the IdentityProvider `opaque` has no keys, only `introspection`, so requests with a token are answered 503",
      "add `discovery: {}`, `jwksUri` or `jwks` to it",
    ],
    [
      "jwt: { providerRef: { name: opaque }, audiences: [a] }",
      "jwt",
      "the IdentityProvider `opaque` has no keys, only `introspection`, so requests with a token are answered 503",
      "add `discovery: {}`, `jwksUri` or `jwks` to it",
    ],
  ];
  for (const [text, kind, message, help] of unresolved) {
    it(`\`${text}\` leads nowhere`, () => {
      const { method, found } = compileOne(text);
      expect(method).toEqual({ ...BASE, kind: "unresolved", wants: kind, locations: BEARER });
      expect(found).toEqual([["UnresolvedProvider", "warning", `spec.authentication[0].${kind}.providerRef`, message, help]]);
    });
  }
});
