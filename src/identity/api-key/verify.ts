import type { ApiKeyMethod, Verification } from "../../policy/model/authentication.ts";
import { digestApiKey } from "./digest.ts";
import type { ApiKeyIndex } from "./key-index.ts";

/** Longer texts are no keys; hashing them would be work for whoever sends them. */
const LONGEST_KEY = 4096;

const UNKNOWN: Verification = {
  ok: false,
  reason: "api_key_unknown",
  detail: "no API key that the method selects equals the one presented",
};

/** Looks a key up among those that the method selects. Whether it exists elsewhere makes no difference to the answer. */
export function verifyApiKey(index: ApiKeyIndex, method: ApiKeyMethod, key: string): Verification {
  if (key === "" || key.length > LONGEST_KEY) return UNKNOWN;
  const identity = index.find(method.namespace, digestApiKey(key), method.matchLabels);
  return identity === undefined ? UNKNOWN : { ok: true, identity };
}
