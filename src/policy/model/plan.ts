import type { CredentialLocation, MethodPlan, ProviderPlan } from "./authentication.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Tri } from "./tri.ts";

export type Effect = "Allow" | "Deny" | "Audit";
type Mode = "Enforce" | "Shadow";

/** One matcher of one field: `from[0].serviceAccounts`, `to[0].notPaths`. */
export interface Predicate {
  /** Relative to the rule. */
  readonly field: string;
  /** True where the answer depends on a verified credential. */
  readonly needsCredential: boolean;
  test(evaluation: Evaluation): Tri;
  /** What the policy asks for, as the policy writes it. */
  readonly wanted: string;
  /** What the request has in its place, for a trace; never a credential. */
  got(evaluation: Evaluation): string;
}

/** An entry of `from` or `to`: its predicates AND. */
export interface EntryPlan {
  readonly field: string;
  readonly predicates: readonly Predicate[];
  /** True where the entry asks who the calling workload is (`principals`, `serviceAccounts`, `namespaces`, `trustDomains`). */
  readonly namesPeer: boolean;
}

/** A rule is (any `from`) and (any `to`) and (all `when`); an empty list is true. */
export interface RulePlan {
  readonly name: string;
  readonly effect: Effect;
  readonly policy: PolicyPlan;
  readonly from: readonly EntryPlan[];
  readonly to: readonly EntryPlan[];
  readonly when: readonly Predicate[];
  /** True where a `when` reads the request's body. */
  readonly readsBody: boolean;
  /** The path pattern of the policy that covers the path of `evaluation`, for events: bounded in number, where paths are not. */
  pathTemplate(evaluation: Evaluation): string | undefined;
}

/** How a policy shapes its refusals. */
export interface RefusalForm {
  readonly status: number;
  readonly body?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface PeerRequirement {
  readonly required: boolean;
  /** `undefined` accepts every trust domain whose roots the listener verifies. */
  readonly trustDomains: ReadonlySet<string> | undefined;
}

/** One claim that becomes one header; the claim is a top-level name, or a JSON Pointer where it starts with a slash. */
export interface ClaimHeader {
  readonly claim: string;
  readonly header: string;
}

/** Where a policy stands: overrides come first, a namespace's own policies next, and defaults only where it has none. */
export type Tier = "override" | "own" | "default";

export interface PolicyPlan {
  /** `shop/orders`, or `orders` for a cluster's policy. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: "APIPolicy" | "ClusterAPIPolicy";
  readonly tier: Tier;
  readonly mode: Mode;
  /** A Shadow policy is a candidate for this one's place: it is tried without it. Key of an own policy. */
  readonly replaces: string | undefined;
  /** As written; `undefined` where the policy says nothing. */
  readonly peer: { readonly mtls?: "Required" | "Optional"; readonly trustDomains?: readonly string[] } | undefined;
  readonly methods: readonly MethodPlan[];
  readonly claimHeaders: ReadonlyMap<MethodPlan, readonly ClaimHeader[]>;
  readonly anonymous: MethodPlan | undefined;
  readonly allow: readonly RulePlan[];
  readonly deny: readonly RulePlan[];
  readonly audit: readonly RulePlan[];
  readonly keepHeaders: readonly string[];
  readonly unauthenticated: RefusalForm | undefined;
  readonly unauthorized: RefusalForm | undefined;
  /** The policy is faulty and has no earlier good version: its Deny rules that compile count, and nothing it selects is allowed. */
  readonly invalid: boolean;
}

/** All methods that look for a credential at one place. */
export interface LocationPlan {
  /** `certificate` is what Envoy forwards of the client's; it has no name. */
  readonly in: CredentialLocation["in"] | "certificate";
  readonly name: string;
  readonly readers: readonly CredentialReader[];
}

export interface CredentialReader {
  readonly method: MethodPlan;
  /** The credential that `value` holds under this method's prefix, or `undefined` where it has another form. */
  read(value: string): string | undefined;
}

/** What an allowed request is changed by, as far as it does not depend on the request. */
export interface ForwardPlan {
  /** Lower case, sorted. Holds `removable` too. */
  readonly removeHeaders: readonly string[];
  readonly removeQueryParameters: readonly string[];
  /** Cookies that are cut out of the Cookie header. */
  readonly removeCookies: readonly string[];
  /** Headers that a policy of the target may set. */
  readonly claimHeaders: readonly string[];
  /** The same with `_` folded to `-`, and every other header that is removed: no twin of them reaches the service. */
  readonly guarded: ReadonlySet<string>;
}

/** Everything that decides about one target. */
export interface TargetPlan {
  /** All that are enforced: `overrides` and then `rest`. Empty where only Shadow policies select the target. */
  readonly policies: readonly PolicyPlan[];
  /** Oldest first. What they allow or deny is final. */
  readonly overrides: readonly PolicyPlan[];
  /** The target's own policies or, where it has none, the defaults; oldest first. Where both are missing, the default action holds. */
  readonly rest: readonly PolicyPlan[];
  readonly peer: PeerRequirement;
  readonly locations: readonly LocationPlan[];
  readonly forward: ForwardPlan;
  /** One for each Shadow policy: the same target as if that policy were enforced. Empty inside such a plan. */
  readonly shadows: readonly { readonly policy: string; readonly plan: TargetPlan }[];
}

/** The compiled policies of one moment. */
export interface Plan {
  /** A file could not be read when the process started, so nothing is known to be complete: every target denies. */
  readonly incomplete: boolean;
  readonly defaultAction: "Allow" | "Deny";
  /** Every provider that a policy may refer to. */
  readonly providers: readonly ProviderPlan[];
  forWorkload(namespace: string, labels: ReadonlyMap<string, string>, labelsKey: string): TargetPlan | undefined;
  forRoute(kind: string, namespace: string, name: string): TargetPlan | undefined;
  /** `host` is normalized. */
  forHost(host: string): TargetPlan | undefined;
}
