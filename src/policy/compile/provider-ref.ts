import type { ProviderRef } from "../../api/api-policy.ts";
import type { ProviderPlan } from "../model/authentication.ts";
import type { Faults } from "./faults.ts";
import type { Providers } from "./provider.ts";

/** What a method needs of its provider. */
export interface ProviderNeed {
  readonly ref: ProviderRef;
  /** `spec.authentication[0].jwt.providerRef` */
  readonly path: string;
  /** The policy's; `undefined` for a cluster's policy, which refers to cluster-scoped kinds alone. */
  readonly namespace: string | undefined;
  /** Keys that verify its tokens, or an endpoint that knows them. */
  readonly wants: "keys" | "introspection";
}

/** A missing provider is no fault of the policy: the method answers `unresolved_ref` until the provider is there. */
export function findProvider(need: ProviderNeed, providers: Providers, faults: Faults): ProviderPlan | undefined {
  const { ref, path, namespace, wants } = need;
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
  if (provider === undefined) {
    warnMissing(need, providers, faults);
    return undefined;
  }
  if (wants === "keys" ? provider.keys.from !== "none" : provider.introspection !== undefined) return provider;
  faults.warn(
    "UnresolvedProvider",
    path,
    wants === "keys"
      ? `the ${ref.kind} \`${ref.name}\` has no keys, only \`introspection\`, so requests with a token are answered 503`
      : `the ${ref.kind} \`${ref.name}\` has no \`introspection\`, so requests with a token are answered 503`,
    wants === "keys" ? "add `discovery: {}`, `jwksUri` or `jwks` to it" : "add `introspection: {}` to it",
  );
  return undefined;
}

function warnMissing({ ref, path, namespace }: ProviderNeed, providers: Providers, faults: Faults): void {
  const where = ref.kind === "IdentityProvider" ? ` in namespace \`${namespace}\`` : "";
  const otherKind = ref.kind === "IdentityProvider" ? "ClusterIdentityProvider" : "IdentityProvider";
  const other = namespace === undefined ? undefined : providers.find(otherKind, namespace, ref.name);
  faults.warn(
    "UnresolvedProvider",
    path,
    `there is no usable ${ref.kind} \`${ref.name}\`${where}, so requests with a token are answered 503`,
    other === undefined ? "create it, or name another" : `there is a ${otherKind} of that name: write \`kind: ${otherKind}\``,
  );
}
