import type { APIPolicy } from "../../api/api-policy.ts";
import type { ClusterAPIPolicy } from "../../api/cluster-api-policy.ts";
import type { ClusterIdentityProvider } from "../../api/cluster-identity-provider.ts";
import type { IdentityProvider } from "../../api/identity-provider.ts";
import type { Namespace } from "../../api/namespace.ts";
import type { Service } from "../../api/service.ts";

/** All that a plan is made of, at one moment. API keys stay out: they are looked up by digest, wherever they are kept. */
export interface Snapshot {
  readonly policies: readonly APIPolicy[];
  readonly clusterPolicies: readonly ClusterAPIPolicy[];
  readonly providers: readonly (IdentityProvider | ClusterIdentityProvider)[];
  readonly services: readonly Service[];
  /** For their labels; a namespace that is missing here has only its name. */
  readonly namespaces: readonly Namespace[];
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
  /** Where the API keys of cluster-scoped policies are. */
  readonly installationNamespace: string;
  /** The process can ask a cluster about its tokens (TokenReview); false where absent. */
  readonly tokenReview?: boolean;
}

/** The policies as they last compiled without a fault, by key: what stays in force when a newer version is faulty. */
export type LastGood = ReadonlyMap<string, APIPolicy | ClusterAPIPolicy>;
