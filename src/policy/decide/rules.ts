import type { Evaluation } from "../model/evaluation.ts";
import type { EntryPlan, Predicate, RulePlan } from "../model/plan.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";

/** What the caller may be, as far as the rule's policy is concerned. */
export type Admission =
  /** The policy asks for no credential, or has one that it accepted. */
  | "open"
  /** The policy lists methods, none of which is `anonymous`, and the request brought it none: only an entry that names the peer can match. */
  | "peer-only";

/** Three-valued AND of all predicates. */
function all(predicates: readonly Predicate[], evaluation: Evaluation): Tri {
  let result: Tri = TRUE;
  for (const predicate of predicates) {
    const value = predicate.test(evaluation);
    if (value === FALSE) return FALSE;
    if (value < result) result = value;
  }
  return result;
}

/** Three-valued OR of all entries; an absent list is true. */
function any(entries: readonly EntryPlan[], evaluation: Evaluation): Tri {
  if (entries.length === 0) return TRUE;
  let result: Tri = FALSE;
  for (const entry of entries) {
    const value = all(entry.predicates, evaluation);
    if (value === TRUE) return TRUE;
    if (value > result) result = value;
  }
  return result;
}

function anyNamingPeer(entries: readonly EntryPlan[], evaluation: Evaluation): Tri {
  let result: Tri = FALSE;
  for (const entry of entries) {
    if (!entry.namesPeer) continue;
    const value = all(entry.predicates, evaluation);
    if (value > result) result = value;
  }
  return result;
}

/**
 * A rule in one reading of the path and for one identity: (any `from`) and (any `to`) and (all `when`).
 * `to` goes first because it is the cheapest and fails most often; the order cannot change the result.
 */
export function evaluateRule(rule: RulePlan, evaluation: Evaluation, admission: Admission): Tri {
  const to = any(rule.to, evaluation);
  if (to === FALSE) return FALSE;
  const from = admission === "open" ? any(rule.from, evaluation) : anyNamingPeer(rule.from, evaluation);
  if (from === FALSE) return FALSE;
  const when = missesBody(rule, evaluation) ? UNKNOWN : all(rule.when, evaluation);
  return Math.min(to, from, when) as Tri;
}

/** A part of a body is no body: what an expression would say of it is not known. */
function missesBody(rule: RulePlan, { request }: Evaluation): boolean {
  return rule.readsBody && request.body?.truncated === true;
}

/**
 * True where a rule that did not match would have, had the caller shown the right credential: everything that does not depend
 * on one is true. This is what makes a refusal 401 rather than 403.
 */
export function wantsCredential(rule: RulePlan, evaluation: Evaluation): boolean {
  const holds = (predicate: Predicate): boolean => predicate.needsCredential || predicate.test(evaluation) === TRUE;
  if (missesBody(rule, evaluation) || any(rule.to, evaluation) !== TRUE || !rule.when.every(holds)) return false;
  return rule.from.length === 0 || rule.from.some((entry) => entry.predicates.every(holds));
}
