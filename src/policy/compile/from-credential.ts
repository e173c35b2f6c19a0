import type { FromEntry } from "../../api/api-policy.ts";
import { readClaim } from "../model/claim.ts";
import type { ClaimValue, Identity } from "../model/identity.ts";
import type { Predicate } from "../model/plan.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";
import { ANY, fieldName, oneOf, predicate } from "./predicate.ts";

/** Matchers on a verified credential: `authentication`, `subjects`, `scopes`, `claims` and their twins. */
export function credentialPredicates(entry: FromEntry, field: string): Predicate[] {
  const predicates: Predicate[] = [];
  for (const negated of [false, true]) {
    const methods = negated ? entry.notAuthentication : entry.authentication;
    if (methods !== undefined) predicates.push(authentication(methods, fieldName(field, "authentication", negated), negated));
    const subjects = negated ? entry.notSubjects : entry.subjects;
    if (subjects !== undefined) predicates.push(subject(subjects, fieldName(field, "subjects", negated), negated));
    const scopes = negated ? entry.notScopes : entry.scopes;
    if (scopes !== undefined) predicates.push(scope(scopes, fieldName(field, "scopes", negated), negated));
    for (const [index, item] of ((negated ? entry.notClaims : entry.claims) ?? []).entries()) {
      predicates.push(claim(item.claim, item.values, `${fieldName(field, "claims", negated)}[${index}]`, negated));
    }
  }
  return predicates;
}

/** Method names are the policy's own: an identity that only another policy verified has none of them. */
function authentication(names: readonly string[], field: string, negated: boolean): Predicate {
  return predicate(
    {
      field,
      wanted: names,
      needsCredential: true,
      test: ({ identity, methodNames }) =>
        identity === undefined ? UNKNOWN : methodNames.some((name) => names.includes(name)) ? TRUE : FALSE,
      got: ({ methodNames }) => methodNames.join(", "),
    },
    negated,
  );
}

function subject(subjects: readonly string[], field: string, negated: boolean): Predicate {
  const matches = oneOf(subjects);
  return predicate(
    {
      field,
      wanted: subjects,
      needsCredential: true,
      test: ({ identity }) => matches(identity?.subject),
      got: ({ identity }) => identity?.subject ?? "",
    },
    negated,
  );
}

/** The one field whose values AND: every scope must be there. Its twin wants none of them. */
function scope(scopes: readonly string[], field: string, negated: boolean): Predicate {
  const named = scopes.filter((value) => value !== ANY);
  const test = (identity: Identity | undefined): Tri => {
    const held = identity?.scopes ?? [];
    if (held.length === 0) return named.length === 0 ? FALSE : UNKNOWN;
    if (negated) return scopes.some((value) => value === ANY || held.includes(value)) ? TRUE : FALSE;
    return named.every((value) => held.includes(value)) ? TRUE : FALSE;
  };
  return predicate(
    {
      field,
      wanted: scopes,
      needsCredential: true,
      test: ({ identity }) => test(identity),
      got: ({ identity }) => identity?.scopes.join(" ") ?? "",
    },
    negated,
  );
}

/** A list matches if an element does. Text, booleans and integers are compared as JSON writes them; of anything else nothing is known. */
function claim(name: string, values: readonly string[], field: string, negated: boolean): Predicate {
  const matches = oneOf(values);
  const presence = values.every((value) => value === ANY);
  const test = (value: ClaimValue | undefined): Tri => {
    if (presence) return isPresent(value) ? TRUE : FALSE;
    if (values.includes(ANY)) return isPresent(value) ? TRUE : UNKNOWN;
    if (Array.isArray(value)) {
      return (value as readonly ClaimValue[]).reduce<Tri>(
        (best, element) => Math.max(best, matches(scalarText(element))) as Tri,
        FALSE,
      );
    }
    return matches(scalarText(value));
  };
  const read = (identity: Identity | undefined): ClaimValue | undefined =>
    identity === undefined ? undefined : readClaim(identity.claims, name);
  return predicate(
    {
      field,
      wanted: [`${name}:`, ...values],
      needsCredential: true,
      test: ({ identity }) => test(read(identity)),
      got: ({ identity }) => describe(read(identity)),
    },
    negated,
  );
}

function isPresent(value: ClaimValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function scalarText(value: ClaimValue | undefined): string | undefined {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "bigint" ? String(value) : undefined;
}

function describe(value: ClaimValue | undefined): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return (value as readonly ClaimValue[]).map(describe).join(", ");
  return scalarText(value) ?? typeof value;
}
