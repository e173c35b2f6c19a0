import { tokenFrom } from "./credential-from.ts";
import { choice, list, optional, struct, text, whole } from "./fields.ts";
import { objectName } from "./name-forms.ts";

export function providerRef(description: string) {
  return struct(description, {
    kind: choice(
      "`IdentityProvider` (of the policy's namespace) or `ClusterIdentityProvider`; neither stands in for the other.",
      ["IdentityProvider", "ClusterIdentityProvider"],
      { default: "IdentityProvider" },
    ),
    name: text("The provider's name.", { maxLength: 253, form: objectName }),
  });
}

export const clockSkew = whole("How far the issuer's clock may differ from ours, in seconds, when `exp` and `nbf` are read.", {
  minimum: 0,
  maximum: 300,
  default: 30,
});

export const maxLifetime = whole("The longest life, from `iat` to `exp` in seconds, that a token may have; without it, any.", {
  minimum: 1,
  maximum: 31_536_000,
});

export const introspectionSchema = struct(
  "Accepts a token that its provider says is active, by OAuth 2.0 Token Introspection (RFC 7662). For opaque tokens, and for tokens that can be revoked: the provider is asked, and its answer remembered for a while.",
  {
    providerRef: providerRef("The provider to ask; its object has `introspection`."),
    audiences: optional(
      list(
        "The answer's `aud` must hold at least one of these. Without them, a token that the provider issued for another service is accepted too.",
        text("An audience.", { maxLength: 1024 }),
        { minItems: 1, maxItems: 32 },
      ),
    ),
    from: tokenFrom,
    clockSkewSeconds: clockSkew,
    cacheSeconds: whole(
      "How long an answer is remembered, at most: a revoked token may be accepted for this long. Never past the token's `exp` or the answer's own `Cache-Control`; 0 asks for every request.",
      { minimum: 0, maximum: 3600, default: 60 },
    ),
  },
);

export const kubernetesTokenSchema = struct(
  "Accepts a token that a Kubernetes cluster issued to a ServiceAccount. The subject is `system:serviceaccount:NAMESPACE:NAME`, and the claim `kubernetes.io` names namespace, account and pod.",
  {
    providerRef: providerRef(
      "The cluster as an issuer: an object whose `issuer` is the API server's `--service-account-issuer`, and which says where its keys are.",
    ),
    audiences: list(
      "The token's `aud` must hold at least one of these. Name the service, as the `audience` of the caller's projected volume does; a token for the API server itself should never be shown to a service.",
      text("An audience.", { maxLength: 1024 }),
      { minItems: 1, maxItems: 32 },
    ),
    from: tokenFrom,
    clockSkewSeconds: clockSkew,
    maxLifetimeSeconds: optional(maxLifetime),
    review: choice(
      "`Offline` verifies signature and claims: a token holds until it expires. `TokenReview` then asks the API server too, so that a token ends with its pod or account; it needs a cluster.",
      ["Offline", "TokenReview"],
      { default: "Offline" },
    ),
  },
  { instead: { issuer: "the issuer stands in the provider that `providerRef` names" } },
);
