import type { Verification } from "../../policy/model/authentication.ts";
import type { VerificationKey } from "./jwk.ts";
import type { KeyCache } from "./jwks-cache.ts";

/** A token that one method accepted. */
export interface VerifiedToken {
  readonly verification: Verification;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The entry holds only while `keys` vouches for `key`. */
  readonly key: VerificationKey;
  readonly keys: Pick<KeyCache, "vouchesFor">;
}

interface TokenRecord {
  readonly issuer: string;
  /** By the digest of the method. A policy that changes in substance finds nothing that its predecessor accepted. */
  readonly accepted: Map<string, VerifiedToken>;
}

/** More methods than this accept one token only across many versions of a policy; then the record starts afresh. */
const MOST_METHODS = 32;

/**
 * Tokens that were verified, by their digest. Only good ones enter, so whoever forges cannot displace them.
 *
 * Bounded by two generations of half the size: what is used moves to the younger, and when that is full the elder goes. It keeps what is
 * in use about as well as a recency list, for one look-up on the usual path.
 */
export class VerifiedTokens {
  readonly #half: number;
  #young = new Map<string, TokenRecord>();
  #old = new Map<string, TokenRecord>();

  constructor(max: number) {
    this.#half = Math.max(1, Math.floor(max / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The issuer of a token that some method accepted. */
  issuer(digest: string): string | undefined {
    return this.#find(digest)?.issuer;
  }

  /** What a method accepted, if it still holds. */
  get(digest: string, method: string, now: number): Verification | undefined {
    const found = this.#find(digest)?.accepted.get(method);
    return found !== undefined && now < found.expiresAt && found.keys.vouchesFor(found.key, now) ? found.verification : undefined;
  }

  set(digest: string, issuer: string, method: string, token: VerifiedToken): void {
    const known = this.#find(digest);
    if (known === undefined) {
      this.#add(digest, { issuer, accepted: new Map([[method, token]]) });
      return;
    }
    if (known.accepted.size >= MOST_METHODS) known.accepted.clear();
    known.accepted.set(method, token);
  }

  #find(digest: string): TokenRecord | undefined {
    const young = this.#young.get(digest);
    if (young !== undefined) return young;
    const old = this.#old.get(digest);
    if (old !== undefined) {
      this.#old.delete(digest);
      this.#add(digest, old);
    }
    return old;
  }

  #add(digest: string, record: TokenRecord): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(digest, record);
  }
}
