import type { APIPolicy } from "../../api/api-policy.ts";
import type { ClusterIdentityProvider } from "../../api/cluster-identity-provider.ts";
import type { IdentityProvider } from "../../api/identity-provider.ts";
import type { Service } from "../../api/service.ts";

/** All that a plan is made of, at one moment. API keys stay out: they are looked up by digest, wherever they are kept. */
export interface Snapshot {
  readonly policies: readonly APIPolicy[];
  readonly providers: readonly (IdentityProvider | ClusterIdentityProvider)[];
  readonly services: readonly Service[];
  /** Namespaces in which a policy stands that cannot be read at all, so that nobody knows what it denies. */
  readonly lostNamespaces: ReadonlySet<string>;
  /** A policy may be missing, and nobody knows of which namespace. */
  readonly incomplete: boolean;
}

export interface CompileOptions {
  /** The trust domain that `serviceAccounts` and `namespaces` mean. */
  readonly trustDomain: string;
  /** What becomes of a call to a workload that no policy selects. */
  readonly defaultAction: "Allow" | "Deny";
  /** Proxies in front of ours whose `x-forwarded-for` is believed. */
  readonly trustedHops: number;
}

/** The policies as they last compiled without a fault, by key: what stays in force when a newer version is faulty. */
export type LastGood = ReadonlyMap<string, APIPolicy>;
