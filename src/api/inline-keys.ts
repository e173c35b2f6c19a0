import type { Check } from "./check.ts";

function keysOf(text: string): readonly unknown[] | undefined {
  try {
    const set: unknown = JSON.parse(text);
    if (typeof set !== "object" || set === null || !("keys" in set)) return undefined;
    return Array.isArray(set.keys) && set.keys.length > 0 ? set.keys : undefined;
  } catch {
    return undefined;
  }
}

/** Public and asymmetric. Source: RFC 7517 §5, RFC 7518 §6: `d` is the private part of every asymmetric key, `oct` a shared secret. */
const isPublic = (key: unknown): boolean =>
  typeof key === "object" &&
  key !== null &&
  "kty" in key &&
  typeof key.kty === "string" &&
  key.kty !== "oct" &&
  !("d" in key) &&
  !("k" in key);

/** CEL cannot read JSON, so the API server lets a bad key set pass, and the operator's status tells. */
export const inlineKeys: Check = {
  code: "InvalidKeySet",
  message: "`jwks` is not a JSON Web Key Set of public keys",
  help: 'write JSON as `{"keys": [{"kty": "RSA", …}]}`, without `d` (a private key) and without `kty: oct` (a shared secret)',
  fields: ["jwks"],
  at: "jwks",
  holds: (spec) => {
    const text = spec.get("jwks");
    return typeof text !== "string" || (keysOf(text)?.every(isPublic) ?? false);
  },
};
