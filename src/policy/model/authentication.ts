import type { CredentialKind, Identity } from "./identity.ts";
import type { Reason } from "./reason.ts";
import type { Request } from "./request.ts";

/** Where a credential is looked for. */
export interface CredentialLocation {
  readonly in: "header" | "cookie" | "query";
  /** Lower case for headers, exact for cookies and query parameters. */
  readonly name: string;
  /** What stands before the credential, `Bearer` for instance; empty for none. A prefix made of letters is an auth scheme: matched without regard to case, followed by spaces. */
  readonly prefix: string;
}

/** Where a provider's keys come from. */
export type KeySource =
  | { readonly from: "inline"; readonly jwks: string }
  | { readonly from: "uri"; readonly uri: string }
  | { readonly from: "discovery" }
  /** The provider is only asked, and its tokens are never verified here. */
  | { readonly from: "none" };

/** Where a provider says whether a token is active. Source: RFC 7662. */
interface IntrospectionSource {
  /** `undefined`: the `introspection_endpoint` of the discovery document. */
  readonly url: string | undefined;
  /** Remembers also answers that the provider marks `no-store`, for as long as the method says. */
  readonly ignoreCacheControl: boolean;
}

/** An `IdentityProvider` or `ClusterIdentityProvider`, resolved. */
export interface ProviderPlan {
  /** `IdentityProvider shop/corp` */
  readonly key: string;
  /** Shown to policies as `auth.provider`: `shop/corp`, or `corp` for a cluster's provider. */
  readonly name: string;
  readonly issuer: string;
  readonly keys: KeySource;
  /** Absent where the provider is not asked about tokens. */
  readonly introspection?: IntrospectionSource;
  readonly algorithms: readonly string[];
  /** Seconds between background refreshes of the keys. */
  readonly refreshInterval: number;
  /** Seconds for which keys that could not be refreshed still serve. */
  readonly staleLimit: number;
  /** Seconds after a refresh during which an unknown key id asks for no other. */
  readonly cooldown: number;
  /** Accepts loopback, link-local and private addresses. */
  readonly allowPrivateAddresses: boolean;
}

interface MethodBase {
  /** `shop/orders#users`: unique in a plan. */
  readonly id: string;
  readonly name: string;
  readonly locations: readonly CredentialLocation[];
  /** Leaves the credential in the request that the service gets. */
  readonly forward: boolean;
}

export interface JwtMethod extends MethodBase {
  readonly kind: "jwt";
  readonly provider: ProviderPlan;
  /** Any of them must be among the token's. */
  readonly audiences: readonly string[];
  /** Seconds of clock skew that are forgiven. */
  readonly clockSkew: number;
  /** Seconds between `iat` and `exp`, at most; 0 for no limit. */
  readonly maxLifetime: number;
  /** Claims that must be there, with one of the values where values are given. */
  readonly requiredClaims: readonly { readonly claim: string; readonly values: readonly string[] }[];
}

export interface ApiKeyMethod extends MethodBase {
  readonly kind: "apiKey";
  readonly namespace: string;
  /** Labels that a key's Secret must carry. */
  readonly matchLabels: ReadonlyMap<string, string>;
}

/** A token whose provider is asked about it. */
export interface IntrospectionMethod extends MethodBase {
  readonly kind: "introspection";
  readonly provider: ProviderPlan;
  /** Any of them must be among the answer's; empty asks for none. */
  readonly audiences: readonly string[];
  /** Seconds of clock skew that are forgiven. */
  readonly clockSkew: number;
  /** Seconds for which an answer is remembered, at most. */
  readonly cacheSeconds: number;
}

/** A token that a cluster issued to a ServiceAccount. */
export interface KubernetesTokenMethod extends MethodBase {
  readonly kind: "kubernetesToken";
  readonly provider: ProviderPlan;
  /** Any of them must be among the token's. */
  readonly audiences: readonly string[];
  /** Seconds of clock skew that are forgiven. */
  readonly clockSkew: number;
  /** Seconds between `iat` and `exp`, at most; 0 for no limit. */
  readonly maxLifetime: number;
  /** `TokenReview` also asks the API server whether the token still holds. */
  readonly review: "Offline" | "TokenReview";
}

/** The certificate that the client showed to Envoy. It stands at no location that a caller could write to. */
export interface ClientCertificateMethod extends MethodBase {
  readonly kind: "clientCertificate";
  /** What the certificate must hold: one value of each field that is there. */
  readonly accepts: {
    readonly uris?: readonly string[];
    /** Lower case. */
    readonly dns?: readonly string[];
    readonly emails?: readonly string[];
    readonly commonNames?: readonly string[];
    /** Distinguished names as RFC 2253 writes them. */
    readonly issuers?: readonly string[];
  };
}

export interface AnonymousMethod extends MethodBase {
  readonly kind: "anonymous";
}

/** A method whose provider is missing: it owns nothing it could verify, so each credential at its locations is answered `unresolved_ref`. */
export interface UnresolvedMethod extends MethodBase {
  readonly kind: "unresolved";
  readonly wants: CredentialKind;
}

export type MethodPlan =
  | JwtMethod
  | ApiKeyMethod
  | IntrospectionMethod
  | KubernetesTokenMethod
  | ClientCertificateMethod
  | AnonymousMethod
  | UnresolvedMethod;

export type Verification =
  | { readonly ok: true; readonly identity: Identity }
  /** `detail` says what was wrong for the one who explains the decision, and never repeats the credential. */
  | { readonly ok: false; readonly reason: Reason; readonly detail: string };

/** What deciding needs of the world. Answers come at once where they can; a promise means that a key must be fetched first. */
export interface CredentialPorts {
  /** The unverified `iss` of a text that has a JWT's form; `undefined` for any other text. */
  issuerOf(credential: string): string | undefined;
  verifyJwt(method: JwtMethod, token: string): Verification | Promise<Verification>;
  verifyApiKey(method: ApiKeyMethod, key: string): Verification;
  /** Asks the provider, unless its answer is remembered. */
  verifyIntrospection(method: IntrospectionMethod, token: string): Verification | Promise<Verification>;
  verifyKubernetesToken(method: KubernetesTokenMethod, token: string): Verification | Promise<Verification>;
  /** Of a request that has one, as `forwardedCertificate` sees it. */
  verifyCertificate(method: ClientCertificateMethod, request: Request): Verification;
}
