import type { Resource } from "./resource.ts";

/** The only type of Secret that is ever read. */
export const API_KEY_SECRET_TYPE = "sallyport.dev/api-key";

export interface ApiKeySpec {
  /** The key as `Digest` made it; the key itself does not leave the parser. */
  readonly keyDigest: string;
  /** From the annotation `sallyport.dev/scopes`, separated by spaces. */
  readonly scopes: readonly string[];
}

/** An API key: a Secret of type `sallyport.dev/api-key`. Its labels are what methods select by, its name is the subject. */
export type ApiKeySecret = Resource<"Secret", ApiKeySpec>;

/** A one-way function of a key, which look-ups by hash must use too. */
export type Digest = (key: string) => string;
