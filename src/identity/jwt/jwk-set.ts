import { readJwk, type VerificationKey } from "./jwk.ts";

/** More keys than any provider publishes; each costs a parse at every refresh. */
const MOST_KEYS = 128;

/** The keys of a JWK set that can verify signatures, and a word for each that cannot. */
export interface JwkSet {
  readonly keys: readonly VerificationKey[];
  readonly faults: readonly string[];
}

/**
 * Reads a JWK set (RFC 7517 §5). A key that is of no use here (an encryption key, an unknown type, a shared secret) is left out, as the
 * RFC asks, and does not spoil the set.
 *
 * @returns the set, or why the text is none
 */
export function readJwkSet(text: string): JwkSet | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return "the JWK set is not JSON";
  }
  const list =
    typeof document === "object" && document !== null && Object.hasOwn(document, "keys")
      ? Reflect.get(document, "keys")
      : undefined;
  if (!Array.isArray(list)) return "the JWK set has no list of keys";
  if (list.length > MOST_KEYS) return `the JWK set has more than ${MOST_KEYS} keys`;

  const keys: VerificationKey[] = [];
  const faults: string[] = [];
  for (const [index, jwk] of list.entries()) {
    const read = readJwk(jwk);
    if (typeof read === "string") faults.push(`keys[${index}]: ${read}`);
    else if (!keys.some((key) => key.fingerprint === read.fingerprint)) keys.push(read);
  }
  return { keys, faults };
}
