import { webcrypto } from "node:crypto";

/** Milliseconds since the epoch, as `Date.now` gives. */
export type Clock = () => number;

export const SIGNATURE = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A fresh ECDSA P-256 key pair: small, fast to make, and accepted by every TLS stack that speaks 1.3. */
export async function generateKeyPair(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(SIGNATURE, true, ["sign", "verify"]);
}

/** PKCS #8 in PEM. */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}
