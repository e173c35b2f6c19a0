import type { RequestParts } from "../world.ts";

/** What a case consists of: manifests as plain objects, credentials as words, and calls. */
export interface World {
  readonly manifests: readonly Manifest[];
  /** What the same process had compiled before. */
  readonly earlier: readonly Manifest[];
  readonly defaultAction: "Allow" | "Deny";
  readonly trustedHops: number;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export type Call = RequestParts;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A text that has a JWT's form. */
export interface Token {
  readonly claims: { readonly [name: string]: Json };
  readonly signature?: "bad";
  readonly provider?: "down";
  /** Its verification takes a while. */
  readonly slow?: true;
}

export interface Key {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
}

/** Whole seconds since the epoch: the moment of every case. */
export const NOW = 1_767_225_600;
export const TRUST_DOMAIN = "cluster.local";
export const INSTALLATION_NAMESPACE = "sallyport-system";

/** All that one can see of a decision from without. */
export interface Outcome {
  readonly reason: string;
  readonly policy: string;
  readonly rule: string;
  readonly status: number;
  /** Of a denial; the body is empty where no policy shapes it. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Of an allow. */
  readonly sets: readonly string[];
  readonly removes: readonly string[];
  readonly removesQuery: readonly string[];
  readonly audits: readonly string[];
  readonly shadows: readonly string[];
}
