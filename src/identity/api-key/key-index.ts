import type { Identity } from "../../policy/model/identity.ts";

/** An API key as its Secret tells it; the key itself is gone by then. */
export interface ApiKeyEntry {
  readonly namespace: string;
  /** The Secret's name, which becomes the subject. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** As `digestApiKey` gives it. */
  readonly digest: string;
  /** From the annotation `sallyport.dev/scopes`. */
  readonly scopes: readonly string[];
}

/** API keys by namespace and digest. Immutable: a change of Secrets makes a new index. */
export interface ApiKeyIndex {
  /** How many keys it holds. */
  readonly size: number;
  /** Entries of one namespace that hold the same key as another there, as `namespace/name`, for a warning. */
  readonly duplicates: readonly { readonly kept: string; readonly shadowed: string }[];
  /** The identity of the first entry, by name, whose key has the digest and whose labels hold all of `matchLabels`. */
  find(namespace: string, digest: string, matchLabels: ReadonlyMap<string, string>): Identity | undefined;
}
