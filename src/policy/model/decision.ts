import type { MethodPlan } from "./authentication.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Identity, PeerIdentity } from "./identity.ts";
import type { PolicyPlan, RulePlan } from "./plan.ts";
import type { Reason } from "./reason.ts";

/** The request goes on, changed like this. The object is shared by all decisions that change a request alike: a key for prebuilt bytes. */
export interface AllowAnswer {
  readonly kind: "allow";
  /** Set with overwrite. No name stands in `removeHeaders` too: Envoy removes last. */
  readonly setHeaders: readonly (readonly [name: string, value: string])[];
  readonly removeHeaders: readonly string[];
  readonly removeQueryParameters: readonly string[];
  /** Made for this request alone, so that nothing prebuilt is worth keeping for it. */
  readonly unique?: true;
}

/** The caller gets this. The object is shared by all decisions that answer alike. */
export interface DenyAnswer {
  readonly kind: "deny";
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** A credential that a method accepted. */
export interface VerifiedCredential {
  readonly identity: Identity;
  /** Every method of the target that accepted it, of whichever policy. */
  readonly methods: readonly MethodPlan[];
}

/** What a Shadow policy would have made of the request, had it been enforced. */
export interface ShadowOutcome {
  /** `shop/orders-v2` */
  readonly policy: string;
  readonly verdict: "allow" | "deny";
  readonly reason: Reason;
  readonly rule: string | undefined;
}

export interface Decision {
  readonly reason: Reason;
  /** What was wrong, for the one who explains; never part of the answer, never holding a credential. */
  readonly detail: string | undefined;
  /** `workload shop/orders`; empty where the request did not get that far. */
  readonly target: string;
  readonly policy: PolicyPlan | undefined;
  readonly rule: RulePlan | undefined;
  readonly answer: AllowAnswer | DenyAnswer;
  readonly peer: PeerIdentity | undefined;
  readonly credentials: readonly VerifiedCredential[];
  /** What the deciding rule saw; absent where no rule was looked at. */
  readonly evaluation: Evaluation | undefined;
  /** Audit rules that matched. */
  readonly audits: readonly RulePlan[];
  /** Never awaited by the answer. */
  readonly shadows: readonly ShadowOutcome[] | Promise<readonly ShadowOutcome[]>;
}
