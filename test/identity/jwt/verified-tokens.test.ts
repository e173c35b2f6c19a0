import { describe, expect, it } from "vitest";
import type { VerificationKey } from "../../../src/identity/jwt/jwk.ts";
import type { KeyCache } from "../../../src/identity/jwt/jwks-cache.ts";
import { digestMethod } from "../../../src/identity/jwt/method-digest.ts";
import { VerifiedTokens } from "../../../src/identity/jwt/verified-tokens.ts";
import type { JwtMethod } from "../../../src/policy/model/authentication.ts";
import { createBench, outcome } from "../credentials.ts";
import { inline, makeKey, makeMethod, makeProvider, makeToken, START } from "../issuer.ts";

const key = makeKey("ES256", "key");
const provider = makeProvider({ keys: inline(key) });
const method = makeMethod(provider);

describe("a remembered token", () => {
  it("gives the very identity that it gave at first", async () => {
    const { ports } = createBench([provider]);
    const token = makeToken(key);
    const once = await ports.verifyJwt(method, token);
    const again = await ports.verifyJwt(method, `x${token}`.slice(1));
    expect(again).toBe(once);
    expect(ports.issuerOf(token)).toBe(provider.issuer);
  });

  it("expires when the token does, skew included", async () => {
    const { clock, ports } = createBench([provider]);
    const token = makeToken(key, { exp: START + 100 });
    expect(await outcome(ports.verifyJwt(method, token))).toBe("ok");
    clock.advance(159.999);
    expect(await outcome(ports.verifyJwt(method, token))).toBe("ok");
    clock.advance(0.001);
    expect(await outcome(ports.verifyJwt(method, token))).toBe("token_expired");
  });

  it("is verified anew after the service's own limit", async () => {
    const { clock, ports } = createBench([provider], { maxTokenLife: 10 });
    const token = makeToken(key);
    const once = await ports.verifyJwt(method, token);
    clock.advance(9.999);
    expect(await ports.verifyJwt(method, token)).toBe(once);
    clock.advance(0.001);
    const anew = await ports.verifyJwt(method, token);
    expect(anew).not.toBe(once);
    expect(anew).toEqual(once);
  });

  it("is not good for a method that differs in substance (B66)", async () => {
    const { ports } = createBench([provider]);
    const token = makeToken(key, { iat: START - 10, exp: START + 300 });
    expect(await outcome(ports.verifyJwt(method, token))).toBe("ok");
    for (const [changes, expected] of [
      [{ audiences: ["billing"] }, "token_audience_mismatch"],
      [{ maxLifetime: 5 }, "token_lifetime_exceeded"],
      [{ requiredClaims: [{ claim: "tenant", values: [] }] }, "token_claim_invalid"],
      [{ provider: { ...provider, issuer: "https://other.example" } }, "token_claim_invalid"],
      [{ provider: { ...provider, algorithms: ["RS256"] } }, "token_algorithm_refused"],
    ] as const) {
      expect(await outcome(ports.verifyJwt({ ...method, ...changes }, token))).toBe(expected);
    }
  });

  it("is not one whose signature was exchanged", async () => {
    const { ports } = createBench([provider]);
    const token = makeToken(key);
    expect(await outcome(ports.verifyJwt(method, token))).toBe("ok");
    const [header, payload] = token.split(".");
    const forged = `${header}.${payload}.${makeToken(key, { sub: "bob" }).split(".")[2]}`;
    expect(await outcome(ports.verifyJwt(method, forged))).toBe("token_signature_invalid");
    expect(await outcome(ports.verifyJwt(method, token))).toBe("ok");
  });

  it("was not refused before: a refusal is never remembered (B92)", async () => {
    const { clock, ports } = createBench([provider]);
    const early = makeToken(key, { nbf: START + 100 });
    expect(await outcome(ports.verifyJwt(method, early))).toBe("token_not_yet_valid");
    clock.advance(100);
    expect(await outcome(ports.verifyJwt(method, early))).toBe("ok");
  });
});

describe("the digest of a method", () => {
  const digest = (changes: Partial<JwtMethod>) => digestMethod({ ...method, ...changes });

  it("differs with everything that bears on the verdict or the identity", () => {
    const variants = [
      digest({}),
      digest({ audiences: ["billing"] }),
      digest({ audiences: ["orders", "billing"] }),
      digest({ clockSkew: 0 }),
      digest({ maxLifetime: 1 }),
      digest({ requiredClaims: [{ claim: "a", values: [] }] }),
      digest({ requiredClaims: [{ claim: "a", values: ["b"] }] }),
      digest({ provider: { ...provider, key: "IdentityProvider other/corp" } }),
      digest({ provider: { ...provider, name: "corp" } }),
      digest({ provider: { ...provider, issuer: "https://other.example" } }),
      digest({ provider: { ...provider, algorithms: ["RS256"] } }),
      digest({ provider: { ...provider, keys: { from: "discovery" } } }),
      digest({ provider: { ...provider, allowPrivateAddresses: false } }),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });

  it("is the same for two versions of a policy that differ elsewhere", () => {
    expect(digest({ id: "shop/orders#other", name: "other", locations: [], forward: true })).toBe(digest({}));
  });
});

describe("the memory", () => {
  const vouching: Pick<KeyCache, "vouchesFor"> = { vouchesFor: () => true };
  const entry = {
    verification: { ok: true, identity: { kind: "jwt", provider: "", scopes: [], claims: {} } },
    expiresAt: 2,
    key: {} as VerificationKey,
    keys: vouching,
  } as const;

  it("is bounded, and keeps what is in use", () => {
    const tokens = new VerifiedTokens(100);
    tokens.set("used", "iss", "m", entry);
    for (let i = 0; i < 10_000; i++) {
      tokens.set(`t${i}`, "iss", "m", entry);
      if (i % 20 === 0) tokens.get("used", "m", 1);
    }
    expect(tokens.size).toBeLessThanOrEqual(100);
    expect(tokens.get("used", "m", 1)).toBe(entry.verification);
    expect(tokens.get("t0", "m", 1)).toBeUndefined();
    expect(tokens.get("t9999", "m", 1)).toBe(entry.verification);
  });

  it("is bounded in methods of one token too", () => {
    const tokens = new VerifiedTokens(100);
    for (let i = 0; i < 1000; i++) tokens.set("one", "iss", `m${i}`, entry);
    expect(tokens.get("one", "m999", 1)).toBe(entry.verification);
    expect(tokens.get("one", "m0", 1)).toBeUndefined();
  });

  it("takes nothing from forged tokens", async () => {
    const { ports } = createBench([provider], { maxTokens: 4 });
    const good = makeToken(key);
    const once = await ports.verifyJwt(method, good);
    const impostor = makeKey("ES256", "key");
    for (let i = 0; i < 50; i++) await ports.verifyJwt(method, makeToken(impostor, { sub: `eve-${i}` }));
    expect(await ports.verifyJwt(method, good)).toBe(once);
  });
});
