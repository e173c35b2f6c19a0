/** A calling workload whose SPIFFE identity was proven on the wire. Source: SPIFFE ID specification §2. */
export interface PeerIdentity {
  /** `spiffe://cluster.local/ns/shop/sa/frontend` */
  readonly principal: string;
  readonly trustDomain: string;
  /** From the path `/ns/<namespace>/sa/<account>`; absent where the path has another form. */
  readonly namespace?: string;
  readonly serviceAccount?: string;
}

export type CredentialKind = "jwt" | "apiKey" | "kubernetesToken" | "introspection" | "clientCertificate" | "anonymous";

/** A value of a claim. Integers are BigInt, as CEL's `int` wants them; objects are null-prototype. */
export type ClaimValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ClaimValue[]
  | { readonly [name: string]: ClaimValue };

/** Who a verified credential speaks for. One credential gives one identity, however many methods accept it. */
export interface Identity {
  readonly kind: CredentialKind;
  /** The provider that vouched: `shop/corp`, `corp` for a cluster's provider; empty where there is none. */
  readonly provider: string;
  /** `sub`, the API key's name, …; absent where the credential names nobody. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly scopes: readonly string[];
  /** A null-prototype object. */
  readonly claims: { readonly [name: string]: ClaimValue };
}
