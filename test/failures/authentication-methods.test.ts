import { afterEach, describe, expect, it } from "vitest";
import type { FindCredentials } from "../../src/identity/introspection/client-credentials.ts";
import { makeKey, signRaw } from "../identity/issuer.ts";
import { forward, makeCertificate } from "../identity/mtls/certificates.ts";
import { json, type ProviderServer, startProviderServer } from "../identity/provider-server.ts";
import { checkRequest, type Door, openDoor, type Told } from "./door.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);

/** A policy of one method, which allows whatever is good. */
const policy = (method: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication: [{ name: m, ${method} }]
  rules: [{ name: all, effect: Allow, from: [{ authentication: [m] }] }]
`;
const provider = (spec: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: ${spec}
`;

const bearer = (door: Door, token: string, deadline?: number): Promise<Told> =>
  door.check(checkRequest({ headers: { authorization: `Bearer ${token}` } }), deadline);

for (const transport of ["grpc-js", "fast"] as const) {
  const open = async (files: Readonly<Record<string, string>>, findCredentials?: FindCredentials): Promise<Door> => {
    const door = await openDoor({ transport, ...(findCredentials && { findCredentials }) });
    closing.push(() => door.close());
    await door.write(files);
    return door;
  };

  describe(`over ${transport}, a token that its provider is asked about`, () => {
    async function start(bound = true): Promise<{ door: Door; endpoint: ProviderServer }> {
      const endpoint = await startProviderServer(json(JSON.stringify({ active: true, sub: "ada" })));
      closing.push(() => endpoint.close());
      const spec = `{ issuer: "https://corp.example", allowPrivateAddresses: true, introspection: { url: "${endpoint.origin}/ask" } }`;
      const files = {
        "a.yaml": provider(spec),
        "b.yaml": policy("introspection: { providerRef: { name: corp } }"),
      };
      const credentials = { url: bound ? `${endpoint.origin}/ask` : "https://id.example.com", clientId: "a", clientSecret: "b" };
      return { door: await open(files, async () => credentials), endpoint };
    }

    it("is allowed once it is said to be active, and 401 token_inactive if it is not", async () => {
      const { door, endpoint } = await start();
      expect(await bearer(door, "good")).toEqual({ status: 200, reason: "allowed" });
      endpoint.answer(json('{"active":false}'));
      expect(await bearer(door, "bad")).toEqual({ status: 401, reason: "token_inactive" });
      expect(await bearer(door, "good")).toEqual({ status: 200, reason: "allowed" });
      expect(endpoint.asked).toHaveLength(2);
    });

    it("where the provider cannot be asked: what it said before serves, anything else is 503 identity_provider_unavailable", async () => {
      const { door, endpoint } = await start();
      expect(await bearer(door, "good")).toEqual({ status: 200, reason: "allowed" });
      endpoint.answer((_request, response) => response.writeHead(500).end());
      expect(await bearer(door, "good")).toEqual({ status: 200, reason: "allowed" });
      expect(await bearer(door, "new")).toEqual({ status: 503, reason: "identity_provider_unavailable" });
    });

    it("where the answer would outlive the call: 503 deadline", async () => {
      const { door, endpoint } = await start();
      endpoint.answer(() => {});
      expect(await bearer(door, "slow", Date.now() + 400)).toEqual({ status: 503, reason: "deadline" });
    });

    it("where the credentials are for another URL: 503 unresolved_ref, and the provider learns nothing", async () => {
      const { door, endpoint } = await start(false);
      expect(await bearer(door, "good")).toEqual({ status: 503, reason: "unresolved_ref" });
      expect(endpoint.asked).toEqual([]);
    });
  });

  it(`over ${transport}, a token that cannot be reviewed for want of a cluster: 503 unresolved_ref`, async () => {
    const key = makeKey("ES256", "cluster");
    const door = await open({
      "a.yaml": provider(`{ issuer: "https://corp.example", jwks: '${JSON.stringify({ keys: [key.jwk] })}' }`),
      "b.yaml": policy("kubernetesToken: { providerRef: { name: corp }, audiences: [orders], review: TokenReview }"),
    });
    const claims = {
      iss: "https://corp.example",
      aud: "orders",
      sub: "system:serviceaccount:shop:frontend",
      exp: now() + HOUR,
      "kubernetes.io": { namespace: "shop", serviceaccount: { name: "frontend" } },
    };
    const header = { alg: key.alg, kid: key.kid };
    expect(await bearer(door, signRaw(key, header, claims))).toEqual({ status: 503, reason: "unresolved_ref" });
    await door.write({ "b.yaml": policy("kubernetesToken: { providerRef: { name: corp }, audiences: [orders] }") });
    expect(await bearer(door, signRaw(key, header, claims))).toEqual({ status: 200, reason: "allowed" });
    expect(await bearer(door, signRaw(key, header, { ...claims, sub: "system:serviceaccount:shop:admin" }))).toEqual({
      status: 401,
      reason: "token_claim_invalid",
    });
  });

  it(`over ${transport}, a client certificate: allowed while it is valid, then 401 certificate_invalid`, async () => {
    const door = await open({ "b.yaml": policy("clientCertificate: { subjectAltNames: { dns: [a.example] } }") });
    const make = async (hours: number, dns = "a.example"): Promise<string> => {
      const [notBefore, notAfter] = [now() - 48 * HOUR, now() + hours * HOUR].map((seconds) => new Date(seconds * 1000));
      return forward(await makeCertificate({ uris: [], dns: [dns], ...(notBefore && notAfter && { notBefore, notAfter }) }));
    };
    expect(await door.check(checkRequest({ certificate: await make(1) }))).toEqual({ status: 200, reason: "allowed" });
    for (const certificate of [await make(-1), await make(1, "b.example"), "nonsense"]) {
      expect(await door.check(checkRequest({ certificate }))).toEqual({ status: 401, reason: "certificate_invalid" });
    }
    expect(await door.check()).toEqual({ status: 401, reason: "unauthenticated" });
  });
}
