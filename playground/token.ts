import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";

export interface TokenClaims {
  readonly sub: string;
  /** Separated by spaces. */
  readonly scope: string;
  readonly tenant: string;
}

const ISSUER = "https://issuer.playground.invalid";
const WEEK = 7 * 24 * 3600;

/** A token of the playground's issuer, an ES256 JWT for the audience `orders`. `now` is in milliseconds since the epoch. */
export async function issueToken(claims: TokenClaims, now: number): Promise<string> {
  const { kid, alg, kty, crv, x, y, d } = JSON.parse(await readFile(new URL("issuer-key.json", import.meta.url), "utf8"));
  const issuedAt = Math.floor(now / 1000);
  const payload = { iss: ISSUER, aud: "orders", iat: issuedAt, exp: issuedAt + WEEK, ...claims };
  const signed = `${encode({ alg, kid, typ: "JWT" })}.${encode(payload)}`;
  const key = createPrivateKey({ key: { kty, crv, x, y, d }, format: "jwk" });
  // JWS wants the two numbers side by side, not in DER (RFC 7518 §3.4).
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
