import type { AuthenticationMethod, CredentialFrom } from "../../api/api-policy.ts";
import type { CredentialLocation, MethodPlan, ProviderPlan } from "../model/authentication.ts";
import { isSettableHeader } from "../model/settable-header.ts";
import type { Faults } from "./faults.ts";
import type { Providers } from "./provider.ts";

/** Whose method it is, and where its references lead. */
export interface MethodScope {
  /** `shop/orders`, or `orders` for a cluster's policy. */
  readonly key: string;
  /** The policy's; `undefined` for a cluster's policy, which refers to cluster-scoped kinds alone. */
  readonly namespace: string | undefined;
  /** The only namespace whose API keys count. */
  readonly keysNamespace: string;
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
  if (method.jwt === undefined) return undefined;
  const { jwt } = method;
  const locations = jwt.from.map(locationOf);
  const provider = resolve(jwt.providerRef, at, scope, providers, faults);
  if (provider === undefined) return { ...base, kind: "unresolved", wants: "jwt", locations };
  return {
    ...base,
    kind: "jwt",
    locations,
    provider,
    audiences: jwt.audiences,
    clockSkew: jwt.clockSkewSeconds,
    maxLifetime: jwt.maxLifetimeSeconds ?? 0,
    requiredClaims: (jwt.requiredClaims ?? []).map(({ claim, values }) => ({ claim, values: values ?? [] })),
  };
}

/** A missing provider is no fault of the policy: the method answers `unresolved_ref` until the provider is there. */
function resolve(
  ref: { readonly kind: "IdentityProvider" | "ClusterIdentityProvider"; readonly name: string },
  at: string,
  scope: MethodScope,
  providers: Providers,
  faults: Faults,
): ProviderPlan | undefined {
  const { namespace } = scope;
  const path = `${at}.jwt.providerRef`;
  if (namespace === undefined && ref.kind === "IdentityProvider") {
    faults.error(
      "InvalidReference",
      path,
      "a cluster-scoped policy refers to cluster-scoped kinds alone",
      "write `kind: ClusterIdentityProvider`",
    );
    return undefined;
  }
  const provider = providers.find(ref.kind, namespace ?? "", ref.name);
  if (provider !== undefined) return provider;
  const where = ref.kind === "IdentityProvider" ? ` in namespace \`${namespace}\`` : "";
  const otherKind = ref.kind === "IdentityProvider" ? "ClusterIdentityProvider" : "IdentityProvider";
  const other = namespace === undefined ? undefined : providers.find(otherKind, namespace, ref.name);
  faults.warn(
    "UnresolvedProvider",
    path,
    `there is no usable ${ref.kind} \`${ref.name}\`${where}, so requests with a token are answered 503`,
    other === undefined ? "create it, or name another" : `there is a ${otherKind} of that name: write \`kind: ${otherKind}\``,
  );
  return undefined;
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
