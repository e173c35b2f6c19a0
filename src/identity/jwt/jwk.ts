import { createPublicKey, type KeyObject } from "node:crypto";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";

/** A public key of a provider. One object stands for one key for as long as the provider publishes it, unchanged. */
export interface VerificationKey {
  /** The key id; absent where the JWK has none. */
  readonly kid?: string;
  /** The only `alg` that the JWK allows; absent where it allows any that fits. */
  readonly alg?: string;
  readonly type: Algorithm["keyType"];
  /** OpenSSL's name of the curve, for `ec`. */
  readonly curve?: string;
  readonly key: KeyObject;
  /** Equal for two keys exactly if they are the same key for the same use. */
  readonly fingerprint: string;
}

/** The members that carry a public key, by `kty` (RFC 7518 §6, RFC 8037 §2). Private members are dropped unread. */
const PUBLIC_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["RSA", ["n", "e"]],
  ["EC", ["crv", "x", "y"]],
  ["OKP", ["crv", "x"]],
]);
const CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
/** RFC 7518 §3.3 */
const SHORTEST_RSA = 2048;
/** Verification costs the square of the length: a longer key would let a provider's document stall the process. */
const LONGEST_RSA = 8192;

/**
 * Reads one element of a JWK set.
 *
 * @returns the key, or why it cannot verify signatures
 */
export function readJwk(jwk: unknown): VerificationKey | string {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return "not an object";
  const member = (name: string): unknown => (Object.hasOwn(jwk, name) ? Reflect.get(jwk, name) : undefined);

  const kty = member("kty");
  const names = typeof kty === "string" ? PUBLIC_MEMBERS.get(kty) : undefined;
  if (typeof kty !== "string" || names === undefined) return "a key type other than RSA, EC and OKP";
  const use = member("use");
  if (use !== undefined && use !== "sig") return "a key for another use than signatures";
  const operations = member("key_ops");
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return "a key whose operations do not include verify";
  }
  const kid = member("kid");
  if (kid !== undefined && typeof kid !== "string") return "a key id that is not a string";
  const alg = member("alg");
  if (alg !== undefined && typeof alg !== "string") return "an algorithm that is not a string";

  const material = Object.fromEntries(names.map((name) => [name, member(name)]));
  const key = importKey({ kty, ...material });
  if (typeof key === "string") return key;
  return {
    ...(kid === undefined ? {} : { kid }),
    ...(alg === undefined ? {} : { alg }),
    ...key,
    fingerprint: JSON.stringify([kid ?? null, alg ?? null, kty, ...names.map((name) => material[name])]),
  };
}

/** Whether a key may check signatures of an algorithm: type, curve and the JWK's own `alg` all agree. */
export function fits(key: VerificationKey, algorithm: Algorithm): boolean {
  if (key.type !== algorithm.keyType || key.curve !== algorithm.curve) return false;
  return key.alg === undefined || ALGORITHMS.get(key.alg) === algorithm;
}

function importKey(jwk: { readonly kty: string }): Pick<VerificationKey, "key" | "type" | "curve"> | string {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return "a key that cannot be read";
  }
  const { modulusLength = 0, publicExponent = 0n, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
      if (modulusLength < SHORTEST_RSA) return `an RSA key shorter than ${SHORTEST_RSA} bits`;
      if (modulusLength > LONGEST_RSA) return `an RSA key longer than ${LONGEST_RSA} bits`;
      // With exponent 1 every text is its own signature.
      if (publicExponent < 3n || publicExponent % 2n === 0n) return "an RSA key with an unusable exponent";
      return { key, type: "rsa" };
    case "ec":
      return CURVES.has(namedCurve) ? { key, type: "ec", curve: namedCurve } : "a curve that no accepted algorithm uses";
    case "ed25519":
      return { key, type: "ed25519" };
    default:
      return "a curve that no accepted algorithm uses";
  }
}
