import type { CheckHandler, EncodedAnswer } from "../extauthz/check-core.ts";
import { createAnswerRenderer, type PreparedMetadata, prepareMetadata } from "../extauthz/prepare-answer.ts";
import { type DecisionPorts, decide, deny } from "../policy/decide/decide.ts";
import type { Decision } from "../policy/model/decision.ts";
import type { PolicyPlan, RulePlan } from "../policy/model/plan.ts";
import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";
import type { DecisionRecorder } from "../telemetry/recorder.ts";
import type { PlanHolder } from "./plan-holder.ts";

export interface AnswerDeps {
  readonly holder: PlanHolder;
  readonly ports: DecisionPorts;
  readonly recorder: DecisionRecorder;
  readonly nextId: () => string;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
}

export interface CheckAnswering {
  readonly handle: CheckHandler;
  /** Calls that wait for a key or an answer from elsewhere. */
  waiting(): number;
  /** Counts and tells an answer that the edge gave by itself (undecodable, overloaded, …), and encodes it. */
  refuse(reason: Reason, cause?: unknown): EncodedAnswer;
}

/** What changes in an answer's metadata from one request to the next. */
const CHANGING = ["decision_id", "peer", "subject", "shadow"];

/** A request in, the bytes of an answer out, and the decision told on the side. */
export function createCheckAnswering({ holder, ports, recorder, nextId, elapsed }: AnswerDeps): CheckAnswering {
  const renderer = createAnswerRenderer();
  const metadata = createMetadataTable();
  let waiting = 0;
  let lastEnd = 0;

  const finish = (decision: Decision, request: Request | undefined, started: number): EncodedAnswer => {
    const decisionId = nextId();
    const subject = decision.credentials[0]?.identity.subject;
    const bytes = renderer.render(decision.answer, metadata(decision), [
      decisionId,
      decision.peer?.principal,
      subject,
      decision.shadows instanceof Promise ? undefined : shadowText(decision.shadows),
    ]);
    lastEnd = elapsed();
    recorder.record(decisionId, decision, request, (lastEnd - started) * 1000);
    return bytes;
  };

  return {
    handle(request, { readAt }) {
      // Of many calls in one read, each begins where the one before it ended: one look at the clock a call.
      const started = readAt === undefined ? elapsed() : Math.max(readAt, lastEnd);
      const inForce = holder.current;
      const decision = inForce === undefined ? deny("not_synced") : decide(inForce.plan, request, ports);
      if (!(decision instanceof Promise)) return finish(decision, request, started);
      waiting++;
      return decision
        .finally(() => {
          waiting--;
        })
        .then((settled) => finish(settled, request, started));
    },
    waiting: () => waiting,
    refuse: (reason, cause) => finish(deny(reason, "", causeName(cause)), undefined, elapsed()),
  };
}

/** The fixed part of the metadata is encoded once for each rule, or policy, and reason. */
function createMetadataTable(): (decision: Decision) => PreparedMetadata {
  const byOwner = new WeakMap<RulePlan | PolicyPlan, Map<Reason, PreparedMetadata>>();
  const ownerless = new Map<Reason, PreparedMetadata>();
  return ({ answer, reason, policy, rule }) => {
    const owner = rule ?? policy;
    let table = ownerless;
    if (owner !== undefined) {
      table = byOwner.get(owner) ?? new Map();
      byOwner.set(owner, table);
    }
    let prepared = table.get(reason);
    if (prepared === undefined) {
      prepared = prepareMetadata(
        {
          decision: answer.kind,
          reason,
          ...(policy === undefined ? {} : { policy: policy.key }),
          ...(rule === undefined ? {} : { rule: rule.name }),
        },
        CHANGING,
      );
      table.set(reason, prepared);
    }
    return prepared;
  };
}

/** `shop/strict=deny`, several separated by commas: what an access log can show of a policy that is being tried. */
function shadowText(shadows: Exclude<Decision["shadows"], Promise<unknown>>): string | undefined {
  return shadows.length === 0 ? undefined : shadows.map(({ policy, verdict }) => `${policy}=${verdict}`).join(",");
}

function causeName(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.name : undefined;
}
