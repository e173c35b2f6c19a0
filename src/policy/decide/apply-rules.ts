import type { Decision } from "../model/decision.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { Identity } from "../model/identity.ts";
import type { PolicyPlan, RulePlan, TargetPlan } from "../model/plan.ts";
import { REASONS, type Reason } from "../model/reason.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";
import { forward, refusal } from "./answer.ts";
import type { SettledAuthentication } from "./authenticate.ts";
import type { RequestFacts } from "./request-facts.ts";
import { type Admission, evaluateRule, wantsCredential } from "./rules.ts";
import { allowViews, denyViews, type View } from "./views.ts";

/** One evaluation after another, without an object for each. */
export class Frame implements Evaluation {
  readonly request: Evaluation["request"];
  readonly method: string;
  readonly host: string;
  readonly peer: Evaluation["peer"];
  readonly facts: RequestFacts;
  reading: Evaluation["reading"];
  identity: Identity | undefined = undefined;
  methodNames: readonly string[] = [];

  constructor(facts: RequestFacts) {
    this.facts = facts;
    this.request = facts.request;
    this.method = facts.method;
    this.host = facts.host;
    this.peer = facts.peer;
    this.reading = facts.asWritten;
  }

  get parsed(): Evaluation["parsed"] {
    return this.facts.parsed;
  }

  as(view: View): this {
    this.identity = view.identity;
    this.methodNames = view.methodNames;
    return this;
  }
}

interface Verdict {
  readonly reason: Reason;
  readonly policy?: PolicyPlan;
  readonly rule?: RulePlan;
  readonly detail?: string;
}

export function applyRules(target: TargetPlan, facts: RequestFacts, authentication: SettledAuthentication): Decision {
  const frame = new Frame(facts);
  const audits = matchingAudits(target, frame, authentication);
  const { reason, policy, rule, detail } = judge(target, frame, authentication);
  const { credentials } = authentication;
  return {
    reason,
    detail,
    target: facts.target,
    policy,
    rule,
    answer:
      REASONS[reason].class === "allow" ? forward(target.forward, facts, policy, credentials) : refusal(reason, target, policy),
    peer: facts.peer,
    credentials,
    evaluation: frame,
    audits,
    shadows: NO_SHADOWS,
  };
}

/**
 * Tier by tier, overrides first: any Deny that matches denies; else any Allow allows. What no tier decides is denied, or left to the default
 * action where the target has neither policies of its own nor defaults. A rule that ends unknown matches if it is a Deny.
 */
function judge(target: TargetPlan, frame: Frame, authentication: SettledAuthentication): Verdict {
  let unknown: RulePlan | undefined;
  let truncated: RulePlan | undefined;
  let wanting: RulePlan | undefined;
  for (let turn = 0; turn < 2 && unknown === undefined; turn++) {
    const tier = turn === 0 ? target.overrides : target.rest;
    const denied = firstDeny(tier, frame, authentication);
    if (denied !== undefined) {
      const { rule, outcome } = denied;
      if (outcome === TRUE) return { reason: "denied_by_rule", policy: rule.policy, rule };
      if (needsWholeBody(rule, frame)) return { reason: "body_truncated", policy: rule.policy, rule };
      unknown = rule;
    } else {
      for (const policy of tier) if (policy.invalid) return { reason: "policy_invalid", policy };
    }
    for (const policy of tier) {
      const { admission, views, lacksCredential } = allowViews(policy, authentication);
      for (const view of views) {
        frame.as(view);
        for (const rule of policy.allow) {
          const outcome = evaluateInAll(rule, frame, admission);
          if (outcome === TRUE && unknown === undefined) return { reason: "allowed", policy, rule };
          if (outcome === UNKNOWN && needsWholeBody(rule, frame)) truncated ??= rule;
          if (outcome !== TRUE && lacksCredential && wanting === undefined && wantsInAll(rule, frame)) wanting = rule;
        }
      }
    }
  }
  frame.reading = frame.facts.asWritten;
  if (unknown === undefined && target.rest.length === 0 && frame.facts.defaultAction === "Allow")
    return { reason: "default_allow" };
  if (wanting !== undefined) return { reason: "unauthenticated", policy: wanting.policy };
  if (unknown !== undefined)
    return { reason: "denied_by_rule", policy: unknown.policy, rule: unknown, detail: "the rule reads what the request lacks" };
  if (truncated !== undefined) return { reason: "body_truncated", policy: truncated.policy, rule: truncated };
  return { reason: target.rest.length === 0 ? "no_policy" : "no_rule_matched" };
}

/** The first Deny that matches; one that matches only for being unknown stands back behind one that is true. */
function firstDeny(
  policies: readonly PolicyPlan[],
  frame: Frame,
  authentication: SettledAuthentication,
): { rule: RulePlan; outcome: Tri } | undefined {
  let unknown: RulePlan | undefined;
  for (const policy of policies) {
    if (policy.deny.length === 0) continue;
    for (const view of denyViews(policy, authentication)) {
      frame.as(view);
      for (const rule of policy.deny) {
        const outcome = evaluateInAny(rule, frame);
        if (outcome === TRUE) return { rule, outcome };
        if (outcome === UNKNOWN) unknown ??= rule;
      }
    }
  }
  return unknown === undefined ? undefined : { rule: unknown, outcome: UNKNOWN };
}

function matchingAudits(target: TargetPlan, frame: Frame, authentication: SettledAuthentication): readonly RulePlan[] {
  let matching: RulePlan[] | undefined;
  for (const policy of target.policies) {
    if (policy.audit.length === 0) continue;
    const { admission, views } = allowViews(policy, authentication);
    for (const rule of policy.audit) {
      if (views.some((view) => evaluateInAll(rule, frame.as(view), admission) === TRUE)) (matching ??= []).push(rule);
    }
  }
  return matching ?? NO_RULES;
}

const NO_RULES: readonly RulePlan[] = [];
const NO_SHADOWS: Decision["shadows"] = [];

/** An Allow must hold in every way to read the path, or a service that reads it the other way is open. */
function evaluateInAll(rule: RulePlan, frame: Frame, admission: Admission): Tri {
  let result: Tri = TRUE;
  for (const reading of frame.facts.allowReadings) {
    frame.reading = reading;
    const outcome = evaluateRule(rule, frame, admission);
    if (outcome === FALSE) return FALSE;
    if (outcome < result) result = outcome;
  }
  return result;
}

/** Whether a credential would have made the Allow hold in every reading. */
function wantsInAll(rule: RulePlan, frame: Frame): boolean {
  return frame.facts.allowReadings.every((reading) => {
    frame.reading = reading;
    return wantsCredential(rule, frame);
  });
}

/** A Deny holds if it does in any. */
function evaluateInAny(rule: RulePlan, frame: Frame): Tri {
  let result: Tri = FALSE;
  for (const reading of frame.facts.denyReadings) {
    frame.reading = reading;
    const outcome = evaluateRule(rule, frame, "open");
    if (outcome === TRUE) return TRUE;
    if (outcome > result) result = outcome;
  }
  return result;
}

function needsWholeBody(rule: RulePlan, frame: Frame): boolean {
  return rule.readsBody && frame.request.body?.truncated === true;
}
