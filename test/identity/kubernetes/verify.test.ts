import { describe, expect, it } from "vitest";
import type { TokenReview, TokenReviewer } from "../../../src/identity/kubernetes/token-reviewer.ts";
import { createCredentialPorts } from "../../../src/identity/ports.ts";
import type { KubernetesTokenMethod } from "../../../src/policy/model/authentication.ts";
import { outcome } from "../credentials.ts";
import { ISSUER, inline, makeKey, makeProvider, makeToken, START } from "../issuer.ts";
import { createManualClock } from "../manual-clock.ts";

const key = makeKey("RS256", "cluster");
const stranger = makeKey("RS256", "cluster");
const provider = makeProvider({ key: "IdentityProvider shop/cluster", name: "shop/cluster", keys: inline(key) });

/** As the API server writes it for a pod's projected volume. */
const BOUND = {
  sub: "system:serviceaccount:shop:frontend",
  aud: ["orders"],
  nbf: START - 10,
  "kubernetes.io": {
    namespace: "shop",
    pod: { name: "frontend-7d4b", uid: "0c5e" },
    serviceaccount: { name: "frontend", uid: "9f1a" },
    warnafter: START + 200,
  },
};
const token = (changes: Record<string, unknown> = {}): string => makeToken(key, { ...BOUND, ...changes });

const makeMethod = (changes: Partial<KubernetesTokenMethod> = {}): KubernetesTokenMethod => ({
  id: "shop/orders#pods",
  name: "pods",
  kind: "kubernetesToken",
  locations: [{ in: "header", name: "authorization", prefix: "Bearer" }],
  forward: false,
  provider,
  audiences: ["orders"],
  clockSkew: 30,
  maxLifetime: 0,
  review: "Offline",
  ...changes,
});

const REVIEWED: TokenReview = { authenticated: true, username: BOUND.sub, audiences: ["orders"] };

/** The service beside an API server whose word a test gives. */
function createBench(answer?: (token: string) => TokenReview) {
  const clock = createManualClock();
  const asked: (readonly string[])[] = [];
  const tokenReviewer: TokenReviewer = {
    async review(text, audiences) {
      asked.push(audiences);
      if (answer === undefined) throw new TypeError("not asked");
      return answer(text);
    },
  };
  const fetcher = { fetchText: async () => ({ ok: false as const, error: "no network" }), close: async () => {} };
  const ports = createCredentialPorts({ clock, fetcher, ...(answer === undefined ? {} : { tokenReviewer }) });
  ports.setProviders([provider]);
  const verify = (text: string, changes: Partial<KubernetesTokenMethod> = {}) =>
    outcome(ports.verifyKubernetesToken(makeMethod(changes), text));
  return { clock, ports, asked, verify };
}

describe("a token of a ServiceAccount", () => {
  it("speaks for its account, with namespace and pod in its claims", () => {
    const { ports } = createBench();
    const [method, text] = [makeMethod(), token()];
    const verification = ports.verifyKubernetesToken(method, text);
    expect(verification).toEqual({
      ok: true,
      identity: {
        kind: "kubernetesToken",
        provider: "shop/cluster",
        subject: "system:serviceaccount:shop:frontend",
        issuer: ISSUER,
        scopes: [],
        claims: expect.objectContaining({
          "kubernetes.io": expect.objectContaining({ namespace: "shop", pod: { name: "frontend-7d4b", uid: "0c5e" } }),
        }),
      },
    });
    expect(ports.verifyKubernetesToken(method, text)).toBe(verification);
  });

  const table: readonly (readonly [string, string, string])[] = [
    ["another audience", token({ aud: ["https://kubernetes.default.svc"] }), "token_audience_mismatch"],
    ["no audience", token({ aud: undefined }), "token_audience_mismatch"],
    ["no expiry, as those of old Secrets", token({ exp: undefined }), "token_claim_invalid"],
    ["its time over", token({ exp: START - 30 }), "token_expired"],
    ["the key of a stranger", makeToken(stranger, BOUND), "token_signature_invalid"],
    ["no account", token({ "kubernetes.io": { namespace: "shop" } }), "token_claim_invalid"],
    ["no private claims", token({ "kubernetes.io": undefined }), "token_claim_invalid"],
    ["private claims that are a text", token({ "kubernetes.io": "shop" }), "token_claim_invalid"],
    ["a subject of another namespace", token({ sub: "system:serviceaccount:kube-system:frontend" }), "token_claim_invalid"],
    ["a subject that is a user", token({ sub: "system:admin" }), "token_claim_invalid"],
    ["no subject", token({ sub: undefined }), "token_claim_invalid"],
    [
      "a colon in its namespace",
      token({ sub: "system:serviceaccount:a:b:c", "kubernetes.io": { namespace: "a", serviceaccount: { name: "b" } } }),
      "token_claim_invalid",
    ],
  ];
  for (const [what, text, wanted] of table) {
    it(`with ${what} is ${wanted}`, async () => expect(await createBench().verify(text)).toBe(wanted));
  }

  it("may live no longer than the method says", async () => {
    const { verify } = createBench();
    expect(await verify(token(), { maxLifetime: 310 })).toBe("ok");
    expect(await verify(token(), { maxLifetime: 309 })).toBe("token_lifetime_exceeded");
  });
});

describe("a review", () => {
  it("is asked with the method's audiences, and believed for ten seconds", async () => {
    let alive = true;
    const bench = createBench(() => (alive ? REVIEWED : { ...REVIEWED, authenticated: false, username: "" }));
    const [method, text] = [makeMethod({ review: "TokenReview" }), token()];
    const verify = () => outcome(bench.ports.verifyKubernetesToken(method, text));
    expect(await verify()).toBe("ok");
    alive = false;
    bench.clock.advance(9.9);
    expect(await verify()).toBe("ok");
    expect(bench.asked).toEqual([["orders"]]);
    bench.clock.advance(0.1);
    expect(await verify()).toBe("token_inactive");
    expect(bench.asked).toHaveLength(2);
  });

  it("is not asked for a forged or expired token, which costs no network", async () => {
    const bench = createBench(() => REVIEWED);
    const review = { review: "TokenReview" } as const;
    expect(await bench.verify(makeToken(stranger, BOUND), review)).toBe("token_signature_invalid");
    expect(await bench.verify(token({ exp: START - 30 }), review)).toBe("token_expired");
    expect(await bench.verify("nonsense", review)).toBe("token_malformed");
    expect(bench.asked).toEqual([]);
  });

  const answers: readonly (readonly [string, TokenReview, string])[] = [
    ["another account", { ...REVIEWED, username: "system:serviceaccount:shop:admin" }, "token_claim_invalid"],
    ["none of the audiences", { ...REVIEWED, audiences: [] }, "token_audience_mismatch"],
    ["another audience", { ...REVIEWED, audiences: ["billing"] }, "token_audience_mismatch"],
  ];
  for (const [what, answer, wanted] of answers) {
    it(`that names ${what} is ${wanted}`, async () => {
      expect(await createBench(() => answer).verify(token(), { review: "TokenReview" })).toBe(wanted);
    });
  }

  it("that fails says nothing of the token, and is not remembered", async () => {
    let down = true;
    const bench = createBench(() => {
      if (down) throw new TypeError("connection refused");
      return REVIEWED;
    });
    expect(await bench.verify(token(), { review: "TokenReview" })).toBe("identity_provider_unavailable");
    down = false;
    expect(await bench.verify(token(), { review: "TokenReview" })).toBe("ok");
  });

  it("without a cluster is a reference that leads nowhere", async () => {
    expect(await createBench().verify(token(), { review: "TokenReview" })).toBe("unresolved_ref");
  });
});
