import type { AuthenticationMethod, CredentialFrom, ProviderRef } from "../../api/api-policy.ts";
import type { CredentialLocation, MethodPlan, UnresolvedMethod } from "../model/authentication.ts";
import { isSettableHeader } from "../model/settable-header.ts";
import type { Faults } from "./faults.ts";
import type { Providers } from "./provider.ts";
import { findProvider, type ProviderNeed } from "./provider-ref.ts";

/** Whose method it is, where its references lead, and what the process can do. */
export interface MethodScope {
  /** `shop/orders`, or `orders` for a cluster's policy. */
  readonly key: string;
  /** The policy's; `undefined` for a cluster's policy, which refers to cluster-scoped kinds alone. */
  readonly namespace: string | undefined;
  /** The only namespace whose API keys count. */
  readonly keysNamespace: string;
  /** There is a cluster that can be asked about its tokens. */
  readonly tokenReview: boolean;
}

/** One authentication method. `undefined` where its form is none that this version knows; the parser has said so. */
export function compileMethod(
  method: AuthenticationMethod,
  at: string,
  scope: MethodScope,
  providers: Providers,
  faults: Faults,
): MethodPlan | undefined {
  const base = { id: `${scope.key}#${method.name}`, name: method.name, forward: method.forward };
  checkClaimHeaders(method, at, faults);
  const find = (ref: ProviderRef, field: string, wants: ProviderNeed["wants"]): ReturnType<typeof findProvider> =>
    findProvider({ ref, path: `${at}.${field}.providerRef`, namespace: scope.namespace, wants }, providers, faults);
  const unresolved = (wants: UnresolvedMethod["wants"], from: readonly CredentialFrom[]): UnresolvedMethod => ({
    ...base,
    kind: "unresolved",
    wants,
    locations: from.map(locationOf),
  });

  if (method.anonymous !== undefined) return { ...base, kind: "anonymous", locations: [] };
  if (method.apiKey !== undefined) {
    return {
      ...base,
      kind: "apiKey",
      locations: method.apiKey.from.map(locationOf),
      namespace: scope.keysNamespace,
      matchLabels: new Map(Object.entries(method.apiKey.selector.matchLabels)),
    };
  }
  if (method.clientCertificate !== undefined) {
    const { subjectAltNames = {}, ...names } = method.clientCertificate;
    return { ...base, kind: "clientCertificate", locations: [], accepts: { ...subjectAltNames, ...names } };
  }
  if (method.introspection !== undefined) {
    const { providerRef, audiences, from, clockSkewSeconds, cacheSeconds } = method.introspection;
    const provider = find(providerRef, "introspection", "introspection");
    if (provider === undefined) return unresolved("introspection", from);
    return {
      ...base,
      kind: "introspection",
      locations: from.map(locationOf),
      provider,
      audiences: audiences ?? [],
      clockSkew: clockSkewSeconds,
      cacheSeconds,
    };
  }
  if (method.kubernetesToken !== undefined) {
    const { providerRef, audiences, from, clockSkewSeconds, maxLifetimeSeconds, review } = method.kubernetesToken;
    if (review === "TokenReview" && !scope.tokenReview) warnNoCluster(at, faults);
    const provider = find(providerRef, "kubernetesToken", "keys");
    if (provider === undefined) return unresolved("kubernetesToken", from);
    return {
      ...base,
      kind: "kubernetesToken",
      locations: from.map(locationOf),
      provider,
      audiences,
      clockSkew: clockSkewSeconds,
      maxLifetime: maxLifetimeSeconds ?? 0,
      review,
    };
  }
  if (method.jwt === undefined) return undefined;
  const { jwt } = method;
  const provider = find(jwt.providerRef, "jwt", "keys");
  if (provider === undefined) return unresolved("jwt", jwt.from);
  return {
    ...base,
    kind: "jwt",
    locations: jwt.from.map(locationOf),
    provider,
    audiences: jwt.audiences,
    clockSkew: jwt.clockSkewSeconds,
    maxLifetime: jwt.maxLifetimeSeconds ?? 0,
    requiredClaims: (jwt.requiredClaims ?? []).map(({ claim, values }) => ({ claim, values: values ?? [] })),
  };
}

function warnNoCluster(at: string, faults: Faults): void {
  faults.warn(
    "NeedsCluster",
    `${at}.kubernetesToken.review`,
    "`TokenReview` needs a cluster to ask, and here is none, so requests with such a token are answered 503",
    "write `review: Offline`, or run inside the cluster",
  );
}

function locationOf(from: CredentialFrom): CredentialLocation {
  if (from.header !== undefined) return { in: "header", name: from.header.toLowerCase(), prefix: from.prefix ?? "" };
  if (from.cookie !== undefined) return { in: "cookie", name: from.cookie, prefix: "" };
  return { in: "query", name: from.query ?? "", prefix: "" };
}

function checkClaimHeaders(method: AuthenticationMethod, at: string, faults: Faults): void {
  for (const [index, { header }] of (method.claimsToHeaders ?? []).entries()) {
    if (isSettableHeader(header)) continue;
    faults.error(
      "InvalidHeader",
      `${at}.claimsToHeaders[${index}].header`,
      `\`${header}\` is a header that a policy cannot write`,
      "choose a name of your own, `x-user` for instance",
    );
  }
}
