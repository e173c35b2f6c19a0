import type { DecisionEvent } from "./decision-event.ts";
import { loggablePath } from "./loggable-path.ts";
import { printable } from "./printable.ts";

/** The longest text of one field. A SPIFFE ID has at most 2,048 bytes; real ones are far shorter. Source: SPIFFE ID specification §2.3. */
const MAX_TEXT = 512;
const MAX_METHOD = 32;
/** Entries of one list; policies bound them too, and a line must stay a line. */
const MAX_ENTRIES = 32;

/** One line of the event log. Fields are in snake case, absent where they say nothing. */
export interface EventLine {
  readonly decision_id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly target: string;
  readonly decision: "allow" | "deny";
  readonly status: number;
  readonly reason: string;
  readonly policy?: string;
  readonly rule?: string;
  readonly peer?: string;
  readonly identities?: readonly {
    readonly method: string;
    readonly kind: string;
    readonly provider?: string;
    readonly subject?: string;
  }[];
  readonly method: string;
  readonly path_template?: string;
  /** Denials only. */
  readonly path?: string;
  readonly shadows?: readonly {
    readonly policy: string;
    readonly would: "allow" | "deny";
    readonly reason: string;
    readonly rule?: string;
  }[];
  readonly audits?: readonly { readonly policy: string; readonly rule: string }[];
  readonly duration_us: number;
}

/** The line of an event: what a caller wrote is bounded and made printable, and an allow tells no path but the policy's own template. */
export function toEventLine(event: DecisionEvent): EventLine {
  const path = event.decision === "deny" ? loggablePath(event.path) : "";
  const identities = event.identities.slice(0, MAX_ENTRIES).map(({ method, kind, provider, subject }) => ({
    method,
    kind,
    ...(provider === "" ? {} : { provider }),
    ...(subject === undefined ? {} : { subject: printable(subject, MAX_TEXT) }),
  }));
  const shadows = event.shadows.slice(0, MAX_ENTRIES).map(({ policy, verdict, reason, rule }) => ({
    policy,
    would: verdict,
    reason,
    ...(rule === undefined ? {} : { rule }),
  }));
  return {
    decision_id: event.decisionId,
    time: new Date(event.time).toISOString(),
    target: printable(event.target, MAX_TEXT),
    decision: event.decision,
    status: event.status,
    reason: event.reason,
    ...(event.policy === undefined ? {} : { policy: event.policy }),
    ...(event.rule === undefined ? {} : { rule: event.rule }),
    ...(event.peer === "" ? {} : { peer: printable(event.peer, MAX_TEXT) }),
    ...(identities.length === 0 ? {} : { identities }),
    method: printable(event.method, MAX_METHOD),
    ...(event.pathTemplate === "" ? {} : { path_template: event.pathTemplate }),
    ...(path === "" ? {} : { path }),
    ...(shadows.length === 0 ? {} : { shadows }),
    ...(event.audits.length === 0 ? {} : { audits: event.audits.slice(0, MAX_ENTRIES) }),
    duration_us: Math.round(event.durationUs),
  };
}
