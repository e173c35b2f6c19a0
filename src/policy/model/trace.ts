import type { Reason } from "./reason.ts";

/** `unknown` is its own answer: the request lacked what the matcher reads. It counts as a match for a Deny, and as none for an Allow or Audit. */
export type PartOutcome = "matched" | "not matched" | "unknown";

/** One matcher of one rule: what it asked for and what the request offered. */
export interface PartTrace {
  /** The field inside the rule: `from[0].serviceAccounts`, `to[1].paths`, `when[0].expression`. */
  readonly part: string;
  readonly outcome: PartOutcome;
  /** As the policy writes it. */
  readonly wanted: string;
  /** What stood there instead, never a credential; empty where the request has nothing of the kind. */
  readonly got: string;
}

export interface RuleTrace {
  readonly rule: string;
  readonly effect: "Allow" | "Deny" | "Audit";
  readonly outcome: PartOutcome;
  /** In the order of the policy. A rule without parts matches everything. */
  readonly parts: readonly PartTrace[];
}

/** One authentication method at one of its locations. */
export interface CredentialTrace {
  readonly method: string;
  /** `header authorization`, `cookie session`, `query key` */
  readonly location: string;
  readonly outcome: "verified" | "refused" | "absent" | "not owned";
  /** Present where the outcome is `refused`. */
  readonly reason?: Reason;
  /** The verified subject, or what was wrong; never the credential. */
  readonly detail: string;
}

export interface PolicyTrace {
  /** With its kind: `APIPolicy shop/orders`. */
  readonly policy: string;
  readonly mode: "Enforce" | "Shadow";
  readonly credentials: readonly CredentialTrace[];
  readonly rules: readonly RuleTrace[];
}

/** How a decision came about: built only when someone asks, never on the way of a request. */
export interface DecisionTrace {
  /** `workload shop/orders`, `Service shop/orders`, `host shop.example`; empty where none was found. */
  readonly target: string;
  /** The policies that select the target, oldest first. */
  readonly policies: readonly PolicyTrace[];
}

/** The answer to "why?": the decision and its trace. `sallyport explain -o json` prints exactly this. */
export interface ExplainReport {
  readonly decision: "allow" | "deny";
  /** The HTTP status of the answer; 200 for an allow. */
  readonly status: number;
  readonly reason: Reason;
  /** What was wrong, where the reason alone does not say it; never a credential. */
  readonly detail?: string;
  /** The deciding policy's key, `shop/orders`; absent where none decided. */
  readonly policy?: string;
  /** The deciding rule; absent where none decided. */
  readonly rule?: string;
  readonly trace: DecisionTrace;
}
