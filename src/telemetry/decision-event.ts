import type { CredentialKind } from "../policy/model/identity.ts";
import type { Reason } from "../policy/model/reason.ts";

/** One verified identity, by the method that gave it. Claims and scopes stay out: they may hold what is nobody's business. */
export interface EventIdentity {
  /** The method's name in its policy: `users`. */
  readonly method: string;
  readonly kind: CredentialKind;
  /** `shop/corp`; empty where there is none. */
  readonly provider: string;
  readonly subject?: string;
}

/** What a Shadow policy would have done. */
export interface ShadowOutcome {
  readonly policy: string;
  readonly would: "allow" | "deny";
  readonly reason: Reason;
}

/** An Audit rule that matched. */
export interface AuditMatch {
  readonly policy: string;
  readonly rule: string;
}

/** One decision as the log tells it. Holds no header, cookie, query, body or credential; `toEventLine` bounds and cleans what a caller wrote. */
export interface DecisionEvent {
  readonly decisionId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `Service/shop/orders`, `workload shop/orders`, `host shop.example`; empty where none was found. */
  readonly target: string;
  readonly decision: "allow" | "deny";
  /** HTTP status of the answer; 200 for an allow. */
  readonly status: number;
  readonly reason: Reason;
  /** The deciding policy: `APIPolicy shop/orders`. */
  readonly policy?: string;
  readonly rule?: string;
  /** The calling workload's SPIFFE URI; empty where it proved none. */
  readonly peer: string;
  readonly identities: readonly EventIdentity[];
  readonly method: string;
  /** The template of the deciding rule that matched: `/api/v1/orders/{id}`; empty where there is none. */
  readonly pathTemplate: string;
  /** The path as Envoy sent it. Only a denial logs it, and only in the form of `loggablePath`. */
  readonly path: string;
  readonly shadows: readonly ShadowOutcome[];
  readonly audits: readonly AuditMatch[];
  /** Microseconds from decode to encode. */
  readonly durationUs: number;
}
