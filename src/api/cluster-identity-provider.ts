import type { IdentityProviderSpec } from "./identity-provider.ts";
import type { Resource } from "./resource.ts";

/** An issuer for the policies of every namespace. */
export type ClusterIdentityProvider = Resource<"ClusterIdentityProvider", IdentityProviderSpec>;
