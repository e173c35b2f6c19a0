import type { Diagnostic, ObjectRef } from "../policy/model/diagnostic.ts";
import type { APIPolicy } from "./api-policy.ts";
import type { ClusterAPIPolicy } from "./cluster-api-policy.ts";
import type { ClusterIdentityProvider } from "./cluster-identity-provider.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import type { Namespace } from "./namespace.ts";
import type { ApiKeySecret } from "./secret.ts";
import type { Service } from "./service.ts";

/** Every object that Sallyport reads. `kind` tells them apart. */
export type AnyResource =
  | APIPolicy
  | ClusterAPIPolicy
  | IdentityProvider
  | ClusterIdentityProvider
  | ApiKeySecret
  | Service
  | Namespace;

export interface InvalidObject {
  readonly object: ObjectRef;
  /**
   * A policy may be lost here (its name cannot be read, its kind is none that we know): what it denied is not known, so its namespace,
   * or every target where `object` has no namespace, must be taken to be meant.
   */
  readonly lostPolicy: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export type ParseOutcome =
  /** `diagnostics` are the resource's faults together with warnings and notes. Only a policy can have faults and still be a resource. */
  | { readonly outcome: "resource"; readonly resource: AnyResource; readonly diagnostics: readonly Diagnostic[] }
  /** An object of a kind (or a Secret of a type) that is none of our business. */
  | { readonly outcome: "ignored"; readonly note: Diagnostic }
  /** An object of ours that cannot be used: whoever refers to it finds it missing. */
  | ({ readonly outcome: "invalid" } & InvalidObject);
