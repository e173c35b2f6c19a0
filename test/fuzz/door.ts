import { createCheckCore, type EncodedAnswer } from "../../src/extauthz/check-core.ts";
import { parseFile } from "../../src/files/parse-file.ts";
import { digestApiKey } from "../../src/identity/api-key/digest.ts";
import { createApiKeyIndex } from "../../src/identity/api-key/key-index.ts";
import { createSystemClock } from "../../src/identity/clock.ts";
import { createPeerReader } from "../../src/identity/mtls/peer-reader.ts";
import { createFetcher } from "../../src/identity/outbound/fetcher.ts";
import { createCredentialPorts } from "../../src/identity/ports.ts";
import { createCheckAnswering } from "../../src/runtime/answer-check.ts";
import { ManifestPlans } from "../../src/runtime/manifest-plans.ts";
import { PlanHolder } from "../../src/runtime/plan-holder.ts";
import { makeKey, signRaw } from "../identity/issuer.ts";
import { makeCertificate } from "../identity/mtls/certificates.ts";

const ISSUER = "https://issuer.example";

/** The whole of what answers a call, without a socket: policies that look at everything a caller can write. */
export interface HostileDoor {
  handle(message: Uint8Array): EncodedAnswer | Promise<EncodedAnswer>;
  /** Good ones, to be spoiled. */
  readonly token: string;
  readonly certificate: string;
}

export async function createHostileDoor(): Promise<HostileDoor> {
  const key = makeKey("ES256", "k");
  const clock = createSystemClock();
  const holder = new PlanHolder();
  const plans = new ManifestPlans({
    trustDomain: "cluster.local",
    defaultAction: "Deny",
    trustedHops: 1,
    installationNamespace: "sallyport-system",
  });
  const credentials = createCredentialPorts({ clock, fetcher: createFetcher() });
  const read = plans.update([parseFile("policies.yaml", policies(JSON.stringify({ keys: [key.jwk] })), digestApiKey)]);
  const faults = read.diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  credentials.setApiKeys(createApiKeyIndex(read.apiKeys));
  credentials.setProviders(read.plan.providers);
  holder.swap(read.plan, read.diagnostics, clock.now());
  const answering = createCheckAnswering({
    holder,
    ports: { credentials, peer: createPeerReader({ clock }) },
    recorder: { record: () => {} },
    nextId: () => "0",
    elapsed: () => 0,
  });
  const core = createCheckCore(
    {
      check: answering.handle,
      refuse: ({ reason, cause }) => {
        if (cause !== undefined) throw cause;
        return answering.refuse(reason);
      },
    },
    { maxMessageBytes: 1 << 20, maxPending: 10, maxQueueTime: 0 },
  );
  const now = Math.floor(clock.now() / 1000);
  const claims = { iss: ISSUER, aud: "orders", sub: "ada", tenant: "acme", scope: "orders.read", iat: now, exp: now + 86_400 };
  return {
    handle: (message) => core.handle(message, undefined),
    token: signRaw(key, { alg: "ES256", kid: "k" }, claims),
    certificate: await makeCertificate({ uris: ["spiffe://cluster.local/ns/shop/sa/frontend"] }),
  };
}

function policies(jwks: string): string {
  return `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "${ISSUER}", algorithms: [ES256], jwks: '${jwks}' }
---
apiVersion: v1
kind: Secret
type: sallyport.dev/api-key
metadata: { name: acme, namespace: shop, labels: { app: orders } }
stringData: { api_key: a-key-that-is-long-enough }
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication:
    - name: users
      jwt: { providerRef: { name: corp }, audiences: [orders], from: [{ header: authorization, prefix: Bearer }, { cookie: session }, { query: token }] }
      claimsToHeaders: [{ claim: sub, header: x-user }]
    - name: partners
      apiKey: { selector: { matchLabels: { app: orders } }, from: [{ header: x-api-key }] }
    - { name: anyone, anonymous: {} }
  rules:
    - { name: admin, effect: Deny, to: [{ paths: ["/admin/{**}", "*.php"], caseInsensitive: true }] }
    - { name: blocks, effect: Deny, from: [{ remoteIpBlocks: [192.0.2.0/24] }] }
    - name: conditions
      effect: Deny
      when: [{ expression: "'x-role' in request.headers && request.headers['x-role'].matches('(a+)+$') && request.query.exists(k, k == 'x')" }]
    - name: body
      effect: Deny
      when: [{ expression: "has(request.json.a) && request.json.a == 'b' || request.cookies.role == 'admin'" }]
    - { name: scoped, effect: Allow, from: [{ scopes: [orders.read], claims: [{ claim: tenant, values: [acme] }] }] }
    - { name: all, effect: Allow, to: [{ methods: [GET, POST], paths: ["/api/{**}"] }] }
`;
}
