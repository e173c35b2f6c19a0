/** What a sound manifest holds, before any default is filled in. */
export interface PolicyBody {
  readonly peer?: { readonly mtls?: string; readonly trustDomains?: readonly string[] };
  readonly authentication?: readonly Method[];
  readonly rules?: readonly Rule[];
  readonly request?: { readonly keepHeaders?: readonly string[] };
  readonly response?: { readonly unauthenticated?: Refusal; readonly unauthorized?: Refusal };
}

export interface PolicySpec extends PolicyBody {
  readonly targetRefs?: readonly { readonly kind: string; readonly name: string }[];
  readonly selector?: { readonly matchLabels: Labels };
  readonly hosts?: readonly string[];
  readonly mode?: string;
}

export interface ClusterPolicySpec {
  readonly namespaceSelector?: { readonly matchLabels: Labels };
  readonly mode?: string;
  readonly overrides?: PolicyBody;
  readonly defaults?: PolicyBody;
}

export type Labels = Readonly<Record<string, string>>;

export interface Method {
  readonly name: string;
  readonly jwt?: {
    readonly providerRef: { readonly kind?: string; readonly name: string };
    readonly audiences: readonly string[];
    readonly from?: readonly From[];
    readonly clockSkewSeconds?: number;
    readonly maxLifetimeSeconds?: number;
    readonly requiredClaims?: readonly { readonly claim: string; readonly values?: readonly string[] }[];
  };
  readonly apiKey?: { readonly selector: { readonly matchLabels: Labels }; readonly from: readonly From[] };
  readonly anonymous?: object;
  readonly forward?: boolean;
  readonly claimsToHeaders?: readonly { readonly claim: string; readonly header: string }[];
}

export interface From {
  readonly header?: string;
  readonly prefix?: string;
  readonly cookie?: string;
  readonly query?: string;
}

export interface Rule {
  readonly name: string;
  readonly effect: string;
  readonly from?: readonly FromEntry[];
  readonly to?: readonly ToEntry[];
  readonly when?: readonly { readonly expression: string }[];
}

export interface ClaimItem {
  readonly claim: string;
  readonly values: readonly string[];
}

/** `principals` and all the others, each beside its twin. */
export type FromEntry = Readonly<Record<string, readonly string[] | readonly ClaimItem[]>>;
export type ToEntry = Readonly<Record<string, readonly string[] | readonly number[] | boolean>>;

export interface Refusal {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}
