import type { Evaluation } from "../model/evaluation.ts";
import type { Predicate } from "../model/plan.ts";
import { FALSE, not, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";

/** "Present and not empty", as a value of its own. */
export const ANY = "*";

export interface PredicateParts {
  readonly field: string;
  readonly wanted: readonly (string | number)[];
  readonly needsCredential?: boolean;
  test(evaluation: Evaluation): Tri;
  got(evaluation: Evaluation): string;
}

/** A predicate, or its `not…` twin: unknown stays unknown either way. */
export function predicate(parts: PredicateParts, negated: boolean): Predicate {
  const { test } = parts;
  return {
    field: parts.field,
    needsCredential: parts.needsCredential ?? false,
    wanted: parts.wanted.join(", "),
    test: negated ? (evaluation) => not(test(evaluation)) : test,
    got: parts.got,
  };
}

/** Whether a text is one of `values`. */
export function oneOf(values: readonly string[]): (text: string | undefined) => Tri {
  const exact = new Set(values.filter((value) => value !== ANY));
  if (!values.includes(ANY)) {
    const [only] = exact;
    if (exact.size === 1) return (text) => (text === undefined ? UNKNOWN : text === only ? TRUE : FALSE);
    return (text) => (text === undefined ? UNKNOWN : exact.has(text) ? TRUE : FALSE);
  }
  // `*` is always true or false; values beside it are unknown where there is nothing to compare.
  const absent = exact.size === 0 ? FALSE : UNKNOWN;
  return (text) => (text === undefined || text === "" ? absent : TRUE);
}

/** The field of an entry as a fault or a trace names it: `from[0].notSubjects`. */
export function fieldName(entry: string, name: string, negated: boolean): string {
  return `${entry}.${negated ? `not${name.charAt(0).toUpperCase()}${name.slice(1)}` : name}`;
}
