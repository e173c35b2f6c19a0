import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { JwtMethod, KeySource, ProviderPlan } from "../../src/policy/model/authentication.ts";

export const ISSUER = "https://issuer.example";
/** The second at which a manual clock starts. */
export const START: number = Date.UTC(2026, 0, 1) / 1000;

/** A key pair of a test's own issuer. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Record<string, unknown>;
}

const CURVES = new Map([
  ["ES256", "P-256"],
  ["ES384", "P-384"],
  ["ES512", "P-521"],
]);

export function makeKey(alg: string, kid: string, modulusLength = 2048): SigningKey {
  const namedCurve = CURVES.get(alg);
  const { privateKey, publicKey } =
    namedCurve !== undefined
      ? generateKeyPairSync("ec", { namedCurve })
      : alg === "EdDSA"
        ? generateKeyPairSync("ed25519")
        : generateKeyPairSync("rsa", { modulusLength });
  return { alg, kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const sha = (alg: string): string => `sha${alg.slice(2)}`;

/** Signs header and payload as they are given; a string is taken as JSON text. */
export function signRaw(key: SigningKey, header: unknown, payload: unknown): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const data = Buffer.from(input);
  const signature =
    key.alg === "EdDSA"
      ? sign(null, data, key.privateKey)
      : key.alg.startsWith("ES")
        ? sign(sha(key.alg), data, { key: key.privateKey, dsaEncoding: "ieee-p1363" })
        : key.alg.startsWith("PS")
          ? sign(sha(key.alg), data, {
              key: key.privateKey,
              padding: constants.RSA_PKCS1_PSS_PADDING,
              saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
            })
          : sign(sha(key.alg), data, key.privateKey);
  return `${input}.${signature.toString("base64url")}`;
}

export function hmac(secret: string | Buffer, header: unknown, payload: unknown): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

export const goodClaims: {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
} = { iss: ISSUER, aud: "orders", sub: "alice", iat: START - 10, exp: START + 300 };

/** A token that the default method accepts, with some claims and header members changed; `undefined` leaves one out. */
export function makeToken(key: SigningKey, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  return signRaw(key, { alg: key.alg, kid: key.kid, ...header }, { ...goodClaims, ...claims });
}

export const jwks = (...keys: readonly SigningKey[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

export const inline = (...keys: readonly SigningKey[]): KeySource => ({ from: "inline", jwks: jwks(...keys) });

export function makeProvider(changes: Partial<ProviderPlan> = {}): ProviderPlan {
  return {
    key: "IdentityProvider shop/corp",
    name: "shop/corp",
    issuer: ISSUER,
    keys: { from: "inline", jwks: '{"keys":[]}' },
    algorithms: ["RS256", "ES256", "PS256", "EdDSA"],
    refreshInterval: 300,
    staleLimit: 600,
    cooldown: 30,
    allowPrivateAddresses: true,
    ...changes,
  };
}

export function makeMethod(provider: ProviderPlan, changes: Partial<JwtMethod> = {}): JwtMethod {
  return {
    id: "shop/orders#users",
    name: "users",
    kind: "jwt",
    locations: [{ in: "header", name: "authorization", prefix: "Bearer" }],
    forward: false,
    provider,
    audiences: ["orders"],
    clockSkew: 60,
    maxLifetime: 0,
    requiredClaims: [],
    ...changes,
  };
}
