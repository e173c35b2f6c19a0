import type { Decision, ShadowOutcome } from "../policy/model/decision.ts";
import type { CredentialKind } from "../policy/model/identity.ts";
import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";

/** One verified identity, by a method that accepted it. Claims and scopes stay out: they may hold what is nobody's business. */
interface EventIdentity {
  /** `shop/orders#users` */
  readonly method: string;
  readonly kind: CredentialKind;
  /** `shop/corp`; empty where there is none. */
  readonly provider: string;
  readonly subject?: string;
}

/** An Audit rule that matched. */
interface AuditMatch {
  /** `shop/orders` */
  readonly policy: string;
  readonly rule: string;
}

/** One decision as the log tells it. It holds no header, cookie, query, body or credential; `toEventLine` bounds and cleans what a caller wrote. */
export interface DecisionEvent {
  readonly decisionId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `workload shop/orders`; empty where the request did not get that far. */
  readonly target: string;
  readonly decision: "allow" | "deny";
  /** HTTP status of the answer; 200 for an allow. */
  readonly status: number;
  readonly reason: Reason;
  /** The deciding policy: `shop/orders`. */
  readonly policy?: string;
  readonly rule?: string;
  /** The calling workload's SPIFFE URI; empty where it proved none. */
  readonly peer: string;
  readonly identities: readonly EventIdentity[];
  readonly method: string;
  /** The template of the deciding rule that matched: `/api/v1/orders/{id}`; empty where there is none. */
  readonly pathTemplate: string;
  /** As Envoy sent it. Only a denial logs it, and only in the form of `loggablePath`. */
  readonly path: string;
  readonly shadows: readonly ShadowOutcome[];
  readonly audits: readonly AuditMatch[];
  /** Microseconds from decode to encode. */
  readonly durationUs: number;
}

/** A decision with what the edge knows about it. Held until the event is written, so that nothing is built for events that are not kept. */
export interface DecisionRecord {
  readonly decisionId: string;
  readonly decision: Decision;
  /** Absent where the call could not be decoded. */
  readonly request: Request | undefined;
  /** Awaited by whoever records. */
  readonly shadows: readonly ShadowOutcome[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly durationUs: number;
}

export function toDecisionEvent(record: DecisionRecord): DecisionEvent {
  const { decision, request } = record;
  const { answer, policy, rule, evaluation } = decision;
  return {
    decisionId: record.decisionId,
    time: record.time,
    target: decision.target,
    decision: answer.kind,
    status: answer.kind === "allow" ? 200 : answer.status,
    reason: decision.reason,
    ...(policy === undefined ? {} : { policy: policy.key }),
    ...(rule === undefined ? {} : { rule: rule.name }),
    peer: decision.peer?.principal ?? "",
    identities: decision.credentials.flatMap(({ identity, methods }) =>
      methods.map(({ id }) => ({
        method: id,
        kind: identity.kind,
        provider: identity.provider,
        ...(identity.subject === undefined ? {} : { subject: identity.subject }),
      })),
    ),
    method: request?.method ?? "",
    pathTemplate: (evaluation === undefined ? undefined : rule?.pathTemplate(evaluation)) ?? "",
    path: request?.path ?? "",
    shadows: record.shadows,
    audits: decision.audits.map(({ policy: owner, name }) => ({ policy: owner.key, rule: name })),
    durationUs: record.durationUs,
  };
}
