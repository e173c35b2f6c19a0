import type { CredentialPorts } from "../model/authentication.ts";
import type { AllowAnswer, Decision, DenyAnswer, ShadowOutcome } from "../model/decision.ts";
import type { PeerIdentity } from "../model/identity.ts";
import { OVERRIDE_HEADERS } from "../model/override-headers.ts";
import type { ForwardPlan, Plan, TargetPlan } from "../model/plan.ts";
import type { Reason } from "../model/reason.ts";
import type { Request } from "../model/request.ts";
import { forward, refusal } from "./answer.ts";
import { applyRules } from "./apply-rules.ts";
import { type Authentication, authenticate } from "./authenticate.ts";
import type { Recorder } from "./recorder.ts";
import { type RequestFacts, readRequest } from "./request-facts.ts";
import { resolveTarget, targetName } from "./target.ts";

/** What deciding needs of the world. */
export interface DecisionPorts {
  readonly credentials: CredentialPorts;
  /** The calling workload, as far as the configuration says that it was verified; never from what a client can write. */
  peer(request: Request): PeerIdentity | undefined;
}

const NO_SHADOWS: readonly ShadowOutcome[] = [];

/**
 * The decision about one request under one plan. At once where it can, a promise only where a key must be fetched first.
 * Faults of a request are decisions; what throws here is a fault of ours.
 */
export function decide(plan: Plan, request: Request, ports: DecisionPorts, recorder?: Recorder): Decision | Promise<Decision> {
  const facts = readRequest(request, ports.peer(request));
  if (typeof facts === "string") return deny(facts, targetName(request));
  const target = resolveTarget(plan, request, facts.host);
  if (target.outcome === "refused") return deny(target.reason, target.name);
  if (plan.incomplete) return deny("policy_invalid", target.name);
  facts.target = target.name;
  facts.defaultAction = target.defaultAction;
  if (recorder !== undefined) Object.assign(recorder, { target: target.plan, facts });
  if (target.plan === undefined) return byDefault(facts);
  const real = target.plan.policies.length === 0 ? byDefault(facts) : decideTarget(target.plan, facts, ports, recorder);
  if (target.plan.shadows.length === 0) return real;
  const shadows = shadowOutcomes(target.plan, facts, ports);
  return real instanceof Promise ? real.then((decision) => ({ ...decision, shadows })) : { ...real, shadows };
}

function decideTarget(
  target: TargetPlan,
  facts: RequestFacts,
  ports: DecisionPorts,
  recorder?: Recorder,
): Decision | Promise<Decision> {
  const { required, trustDomains } = target.peer;
  if (facts.peer === undefined) {
    if (required) return denyTarget("peer_unauthenticated", target, facts);
  } else if (trustDomains !== undefined && !trustDomains.has(facts.peer.trustDomain)) {
    return denyTarget("peer_untrusted", target, facts);
  }
  const authentication = authenticate(target, facts, ports.credentials, recorder?.credentials);
  return authentication instanceof Promise
    ? authentication.then((settled) => decideAuthenticated(target, facts, settled, recorder))
    : decideAuthenticated(target, facts, authentication, recorder);
}

function decideAuthenticated(
  target: TargetPlan,
  facts: RequestFacts,
  authentication: Authentication,
  recorder: Recorder | undefined,
): Decision {
  if (!authentication.ok) return denyTarget(authentication.reason, target, facts, authentication.detail);
  if (recorder !== undefined) recorder.authentication = authentication;
  return applyRules(target, facts, authentication);
}

/** Each Shadow policy as if it were enforced beside the real ones. Its faults and its waits are its own. */
function shadowOutcomes(target: TargetPlan, facts: RequestFacts, ports: DecisionPorts): Decision["shadows"] {
  const outcomes = target.shadows.map(({ policy, plan }): ShadowOutcome | Promise<ShadowOutcome> => {
    try {
      const decision = decideTarget(plan, facts, ports);
      return decision instanceof Promise
        ? decision.then(
            (settled) => outcome(policy, settled),
            () => failed(policy),
          )
        : outcome(policy, decision);
    } catch {
      return failed(policy);
    }
  });
  return outcomes.some((entry) => entry instanceof Promise)
    ? Promise.all(outcomes.map((entry) => Promise.resolve(entry)))
    : (outcomes as ShadowOutcome[]);
}

function outcome(policy: string, decision: Decision): ShadowOutcome {
  return { policy, verdict: decision.answer.kind, reason: decision.reason, rule: decision.rule?.name };
}

function failed(policy: string): ShadowOutcome {
  return { policy, verdict: "deny", reason: "internal", rule: undefined };
}

/** A refusal before any policy was looked at. */
export function deny(reason: Reason, target = "", detail?: string): Decision {
  return bare(reason, refusal(reason, undefined, undefined), target, undefined, detail);
}

/** Where no policy speaks, no header may change the path or the method after the decision all the same. */
const UNSPOKEN: ForwardPlan = {
  removeHeaders: OVERRIDE_HEADERS,
  removeQueryParameters: [],
  removeCookies: [],
  claimHeaders: [],
  guarded: new Set(OVERRIDE_HEADERS),
};

function byDefault(facts: RequestFacts): Decision {
  return facts.defaultAction === "Allow"
    ? bare("default_allow", forward(UNSPOKEN, facts, undefined, []), facts.target, facts.peer, undefined)
    : deny("no_policy", facts.target);
}

function denyTarget(reason: Reason, target: TargetPlan, facts: RequestFacts, detail?: string): Decision {
  return bare(reason, refusal(reason, target, undefined), facts.target, facts.peer, detail);
}

function bare(
  reason: Reason,
  answer: AllowAnswer | DenyAnswer,
  target: string,
  peer: PeerIdentity | undefined,
  detail: string | undefined,
): Decision {
  return {
    reason,
    detail,
    target,
    policy: undefined,
    rule: undefined,
    answer,
    peer,
    credentials: [],
    evaluation: undefined,
    audits: [],
    shadows: NO_SHADOWS,
  };
}
