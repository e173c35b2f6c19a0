import { hash } from "node:crypto";

/**
 * The only form in which an API key is kept: SHA-256 of its UTF-8 bytes, as 64 lower-case hex digits. Keys are random secrets of high
 * entropy, so a slow password hash would buy nothing. Looking a key up by its digest also closes the timing channel of comparing
 * secrets: what the comparison reveals is a prefix of a hash that the caller cannot steer.
 */
export function digestApiKey(key: string): string {
  return hash("sha256", key, "hex");
}
