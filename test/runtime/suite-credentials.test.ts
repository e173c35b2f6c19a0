import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { testSuites } from "../../src/runtime/test-suites.ts";
import { temporaryFolder } from "../files/temporary-folder.ts";

const WORLD = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: https://corp.example, discovery: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: rival, namespace: shop }
spec: { issuer: https://corp.example, discovery: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: other, namespace: shop }
spec: { issuer: https://other.example, discovery: {} }
---
apiVersion: v1
kind: Secret
type: sallyport.dev/api-key
metadata: { name: acme, namespace: shop, labels: { app: orders }, annotations: { sallyport.dev/scopes: read } }
stringData: { api_key: a-key-that-nobody-needs-to-know }
---
apiVersion: v1
kind: Secret
type: sallyport.dev/api-key
metadata: { name: stranger, namespace: shop }
stringData: { api_key: another-key-of-somebody-else }
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication:
    - name: users
      jwt:
        providerRef: { name: corp }
        audiences: [orders]
        requiredClaims: [{ claim: tier, values: [gold] }]
        from: [{ header: authorization, prefix: Bearer }, { cookie: session }, { query: token }]
    - name: partners
      apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x-key, prefix: "Key-" }] }
  rules:
    - { name: read, effect: Allow, from: [{ scopes: [read] }] }
    - { name: user, effect: Allow, from: [{ authentication: [users], subjects: [alice] }] }
`;

const TOKENS = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: cluster, namespace: shop }
spec: { issuer: https://cluster.example, discovery: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: opaque, namespace: shop }
spec: { issuer: https://opaque.example, introspection: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: second, namespace: shop }
spec: { issuer: https://second.example, introspection: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication:
    - { name: pods, kubernetesToken: { providerRef: { name: cluster }, audiences: [orders], review: TokenReview } }
    - { name: users, introspection: { providerRef: { name: opaque }, audiences: [orders] } }
  rules:
    - { name: robot, effect: Allow, from: [{ authentication: [pods], subjects: ["system:serviceaccount:shop:robot"] }] }
    - { name: user, effect: Allow, from: [{ authentication: [users], scopes: [read] }] }
`;

/** The reason of a decision about a call by an identity that is written so. */
async function reasonFor(identity: string, request = "", world = WORLD): Promise<string | undefined> {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "world.yaml"), world);
  await writeFile(
    path.join(folder, "a.test.yaml"),
    `policies: world.yaml
now: 2026-01-01T00:00:00Z
identities: { it: ${identity} }
tests:
  - name: t
    as: it
    request: { destination: { namespace: shop }, request: { path: /a${request} } }
    expect: { decision: allow }`,
  );
  const { suites } = await testSuites(
    [folder],
    {},
    { trustDomain: "cluster.local", trustedHops: 0, installationNamespace: "sallyport-system", defaultAction: "Deny" },
  );
  expect(suites[0]?.diagnostics).toEqual([]);
  return suites[0]?.tests[0]?.report.reason;
}

const jwt = (claims: string, more = "", provider = "shop/corp"): string =>
  `{ jwt: { provider: ${provider}, claims: { sub: alice, ${claims} }${more} } }`;

describe("a token of a suite", () => {
  for (const [name, identity, reason] of [
    ["is as good as its claims", jwt("tier: gold"), "allowed"],
    ["lacks what the policy requires", jwt("tier: silver"), "token_claim_invalid"],
    ["is meant for somebody else", jwt("tier: gold, aud: stock"), "token_audience_mismatch"],
    ["has expired", jwt("tier: gold, exp: 1767225000"), "token_expired"],
    ["is of the future", jwt("tier: gold, nbf: 1767229200"), "token_not_yet_valid"],
    ["never expires", jwt("tier: gold, exp: null"), "token_claim_invalid"],
    ["is signed by another provider that claims the issuer", jwt("tier: gold", "", "shop/rival"), "token_signature_invalid"],
    ["is of an issuer that no method knows", jwt("tier: gold", "", "shop/other"), "credential_unrecognized"],
    ["names another issuer than its provider", jwt("tier: gold, iss: https://other.example"), "credential_unrecognized"],
    [
      "is refused as the suite says",
      jwt("tier: gold", ", refused: identity_provider_unavailable"),
      "identity_provider_unavailable",
    ],
    ["stands in a cookie", jwt("tier: gold", ", at: { cookie: session }"), "allowed"],
    ["stands in the query", jwt("tier: gold", ", at: { query: token }"), "allowed"],
    ["stands where nobody looks", jwt("tier: gold", ", at: { header: x-token }"), "unauthenticated"],
    ["stands without its prefix", jwt("tier: gold", ", at: { header: authorization }"), "credential_unrecognized"],
  ] as const) {
    test(`that ${name}: ${reason}`, async () => {
      expect(await reasonFor(identity)).toBe(reason);
    });
  }

  test("stands beside other cookies and parameters", async () => {
    expect(await reasonFor(jwt("tier: gold", ", at: { cookie: session }"), ", headers: { cookie: a=b }")).toBe("allowed");
    expect(await reasonFor(jwt("tier: gold", ", at: { query: token }"), "?page=2")).toBe("allowed");
  });

  test("is the second of two where the request carries one already", async () => {
    expect(await reasonFor(jwt("tier: gold"), ", headers: { authorization: Bearer a.b.c }")).toBe("credential_repeated");
  });
});

describe("an API key of a suite", () => {
  for (const [name, identity, reason] of [
    ["is that of its Secret", "{ apiKey: { secret: shop/acme } }", "allowed"],
    ["has the scopes that the suite gives it", "{ apiKey: { secret: shop/acme, scopes: [write] } }", "no_rule_matched"],
    ["no method selects", "{ apiKey: { secret: shop/stranger, at: { header: x-key, prefix: Key- } } }", "api_key_unknown"],
    ["stands where nobody looks, for no method selects it", "{ apiKey: { secret: shop/stranger } }", "unauthenticated"],
    ["is refused as the suite says", "{ apiKey: { secret: shop/acme, refused: overloaded } }", "overloaded"],
  ] as const) {
    test(`that ${name}: ${reason}`, async () => {
      expect(await reasonFor(identity)).toBe(reason);
    });
  }
});

describe("of the tokens that are no plain JWT", () => {
  const pod = (more: string): string => `{ kubernetesToken: { provider: shop/cluster, ${more} } }`;
  const opaque = (claims: string, provider = "shop/opaque"): string =>
    `{ introspection: { provider: ${provider}, claims: { sub: alice, ${claims} } } }`;
  for (const [name, identity, reason] of [
    ["that of a service account speaks for it", pod("serviceAccount: shop/robot"), "allowed"],
    ["that of another account does not", pod("serviceAccount: shop/other"), "no_rule_matched"],
    [
      "one whose account and subject disagree is refused",
      pod("serviceAccount: shop/robot, claims: { sub: 'system:serviceaccount:shop:other' }"),
      "token_claim_invalid",
    ],
    ["one for another audience is refused", pod("serviceAccount: shop/robot, claims: { aud: stock }"), "token_audience_mismatch"],
    ["one that its provider vouches for is as good as the answer", opaque("scope: read"), "allowed"],
    ["one whose answer lacks the scope is not", opaque("scope: write"), "no_rule_matched"],
    ["one that the provider calls inactive is refused", opaque("active: false"), "token_inactive"],
    ["one that ran out is refused", opaque("scope: read, exp: 1767225000"), "token_expired"],
    ["one of another provider is inactive", opaque("scope: read", "shop/second"), "token_inactive"],
  ] as const) {
    test(`${name}: ${reason}`, async () => {
      expect(await reasonFor(identity, "", TOKENS)).toBe(reason);
    });
  }
});

describe("a credential that the request carries by itself", () => {
  test("is verified for real", async () => {
    const nobody = "{ serviceAccount: shop/nobody }";
    expect(await reasonFor(nobody, ", headers: { x-key: Key- a-key-that-nobody-needs-to-know }")).toBe("allowed");
    expect(await reasonFor(nobody, ", headers: { x-key: Key- a-key-that-is-none }")).toBe("api_key_unknown");
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "RS256" })}.${part({ iss: "https://corp.example" })}.AAAA`;
    expect(await reasonFor(nobody, `, headers: { authorization: Bearer ${token} }`)).toBe("identity_provider_unavailable");
  });
});
