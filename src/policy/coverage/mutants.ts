import type { FromEntry, Rule, ToEntry } from "../../api/api-policy.ts";
import { policyKey } from "../compile/policy.ts";
import { isAlwaysTrue } from "./equivalent.ts";
import { type Policy, replaceRule, writtenRules } from "./policy-rules.ts";

/** A policy with one thing changed. Tests that a change does not fail say nothing about what was changed. */
export interface Mutant {
  /** `shop/orders users-read from[0].scopes negate`: the same as long as rule and part keep their names. */
  readonly id: string;
  /** The changed field in its object: `spec.rules[1].from[0].scopes`. */
  readonly path: string;
  /** What was done, for people: `` `paths` became `notPaths` ``. */
  readonly change: string;
  readonly policy: Policy;
}

/** A change inside one rule. */
interface Change {
  /** Relative to the rule; empty for the rule itself. */
  readonly field: string;
  /** One word, and the value that it is about: `drop`, `drop /admin`, `negate`, `allow`. */
  readonly kind: string;
  readonly change: string;
  readonly rule: Rule | undefined;
}

type Entry = FromEntry | ToEntry;

/**
 * Every mutant of a policy, in the order of the document: each rule dropped and its effect turned around, each entry of several dropped,
 * each matcher dropped and negated, each value of several dropped, each condition dropped and negated. Changes that cannot make a
 * difference are left out where that is plain.
 */
export function* mutantsOf(policy: Policy): Generator<Mutant> {
  const key = policyKey(policy);
  for (const { at, rule } of writtenRules(policy)) {
    for (const { field, kind, change, rule: changed } of changesOf(rule)) {
      if (kind === "drop" && isAlwaysTrue(policy, at, field)) continue;
      const place = [key, rule.name, field].filter((text) => text !== "").join(" ");
      yield {
        id: `${place} ${kind}`,
        path: field === "" ? at : `${at}.${field}`,
        change,
        policy: replaceRule(policy, at, changed),
      };
    }
  }
}

function* changesOf(rule: Rule): Generator<Change> {
  yield { field: "", kind: "drop", change: `the rule \`${rule.name}\` was dropped`, rule: undefined };
  if (rule.effect !== "Audit") {
    const effect = rule.effect === "Allow" ? "Deny" : "Allow";
    const change = `\`${rule.effect}\` became \`${effect}\``;
    yield { field: "effect", kind: effect.toLowerCase(), change, rule: { ...rule, effect } };
  }
  yield* entryChanges(rule, "from");
  yield* entryChanges(rule, "to");
  const { when = [], ...rest } = rule;
  for (const [index, { expression }] of when.entries()) {
    const field = `when[${index}].expression`;
    const others = when.filter((_, other) => other !== index);
    const dropped: Rule = others.length === 0 ? rest : { ...rest, when: others };
    yield { field, kind: "drop", change: "the condition was dropped", rule: dropped };
    const negated = when.map((condition, other) => (other === index ? { expression: `!(${expression}\n)` } : condition));
    yield { field, kind: "negate", change: "the condition was negated", rule: { ...rule, when: negated } };
  }
}

function* entryChanges(rule: Rule, list: "from" | "to"): Generator<Change> {
  const entries: readonly Entry[] = rule[list] ?? [];
  for (const [index, entry] of entries.entries()) {
    const at = `${list}[${index}]`;
    if (entries.length > 1) {
      const others = entries.filter((_, other) => other !== index);
      yield { field: at, kind: "drop", change: `the entry \`${at}\` was dropped`, rule: { ...rule, [list]: others } };
    }
    for (const { field, kind, change, entry: changed } of fieldChanges(entry)) {
      const replaced = entries.map((other, position) => (position === index ? changed : other));
      yield { field: `${at}.${field}`, kind, change, rule: { ...rule, [list]: replaced } };
    }
  }
}

interface FieldChange {
  readonly field: string;
  readonly kind: string;
  readonly change: string;
  readonly entry: Entry;
}

function* fieldChanges(entry: Entry): Generator<FieldChange> {
  for (const [name, value] of Object.entries(entry)) {
    if (name === "caseInsensitive") {
      const change = "`caseInsensitive` was dropped";
      if (value === true) yield { field: name, kind: "drop", change, entry: without(entry, name) };
    } else if (name === "claims" || name === "notClaims") yield* claimChanges(entry, name, value as readonly ClaimMatch[]);
    else yield* listChanges(entry, name, value as readonly (string | number)[]);
  }
}

function* listChanges(entry: Entry, name: string, values: readonly (string | number)[]): Generator<FieldChange> {
  const twin = twinOf(name);
  yield { field: name, kind: "drop", change: `\`${name}\` was dropped`, entry: without(entry, name) };
  yield { field: name, kind: "negate", change: `\`${name}\` became \`${twin}\``, entry: moved(entry, name, twin, values) };
  if (values.length < 2) return;
  for (const [index, value] of values.entries()) {
    const others = values.filter((_, other) => other !== index);
    yield {
      field: `${name}[${index}]`,
      kind: `drop ${value}`,
      change: `\`${value}\` was dropped from \`${name}\``,
      entry: { ...entry, [name]: others },
    };
  }
}

type ClaimMatch = NonNullable<FromEntry["claims"]>[number];

function* claimChanges(entry: Entry, name: string, claims: readonly ClaimMatch[]): Generator<FieldChange> {
  for (const [index, item] of claims.entries()) {
    const field = `${name}[${index}]`;
    const others = claims.filter((_, other) => other !== index);
    const dropped = others.length === 0 ? without(entry, name) : { ...entry, [name]: others };
    yield { field, kind: "drop", change: `\`${item.claim}\` was dropped from \`${name}\``, entry: dropped };
    const twin = twinOf(name);
    const change = `\`${item.claim}\` went from \`${name}\` to \`${twin}\``;
    yield { field, kind: "negate", change, entry: moved(dropped, "", twin, [item]) };
    if (item.values.length < 2) continue;
    for (const [position, value] of item.values.entries()) {
      const values = item.values.filter((_, other) => other !== position);
      yield {
        field: `${field}.values[${position}]`,
        kind: `drop ${value}`,
        change: `\`${value}\` was dropped from the values of \`${item.claim}\``,
        entry: { ...entry, [name]: claims.map((claim, other) => (other === index ? { ...claim, values } : claim)) },
      };
    }
  }
}

/** `paths` and `notPaths`. */
function twinOf(name: string): string {
  return name.startsWith("not")
    ? `${name.charAt(3).toLowerCase()}${name.slice(4)}`
    : `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function without(entry: Entry, name: string): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([other]) => other !== name)) as Entry;
}

/** The values under the other name, beside those that stand there. */
function moved(entry: Entry, from: string, to: string, values: readonly unknown[]): Entry {
  const there = (new Map<string, unknown>(Object.entries(entry)).get(to) ?? []) as readonly unknown[];
  return { ...without(entry, from), [to]: [...there, ...values] };
}
