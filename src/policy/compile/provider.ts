import type { ClusterIdentityProvider } from "../../api/cluster-identity-provider.ts";
import type { IdentityProvider } from "../../api/identity-provider.ts";
import { objectKey, objectRef } from "../../api/resource.ts";
import type { KeySource, ProviderPlan } from "../model/authentication.ts";

/** Looks providers up by reference. A reference stays inside its namespace, and one kind never stands in for the other. */
export interface Providers {
  find(kind: "IdentityProvider" | "ClusterIdentityProvider", namespace: string, name: string): ProviderPlan | undefined;
  readonly all: readonly ProviderPlan[];
}

export function compileProviders(resources: readonly (IdentityProvider | ClusterIdentityProvider)[]): Providers {
  const plans = new Map<string, ProviderPlan>();
  for (const resource of resources) {
    if (resource.faults.length > 0) continue;
    const key = objectKey(objectRef(resource));
    plans.set(key, planOf(resource, key));
  }
  return {
    find: (kind, namespace, name) =>
      plans.get(objectKey({ kind, namespace: kind === "IdentityProvider" ? namespace : "", name })),
    all: [...plans.values()],
  };
}

function planOf(resource: IdentityProvider | ClusterIdentityProvider, key: string): ProviderPlan {
  const { spec } = resource;
  return {
    key,
    name: resource.namespace === "" ? resource.name : `${resource.namespace}/${resource.name}`,
    issuer: spec.issuer,
    keys: keysOf(spec),
    ...(spec.introspection === undefined
      ? {}
      : { introspection: { url: spec.introspection.url, ignoreCacheControl: spec.introspection.ignoreCacheControl } }),
    algorithms: spec.algorithms,
    refreshInterval: spec.refreshIntervalSeconds,
    staleLimit: spec.staleLimitSeconds,
    cooldown: spec.cooldownSeconds,
    allowPrivateAddresses: spec.allowPrivateAddresses,
  };
}

function keysOf(spec: IdentityProvider["spec"]): KeySource {
  if (spec.jwks !== undefined) return { from: "inline", jwks: spec.jwks };
  if (spec.jwksUri !== undefined) return { from: "uri", uri: spec.jwksUri };
  return spec.introspection !== undefined && spec.discovery === undefined ? { from: "none" } : { from: "discovery" };
}
