/** What is wrong with one text, and the right way to write it. Both follow the rules of `Diagnostic`. */
export interface Explanation {
  readonly message: string;
  readonly help?: string;
}

/**
 * A form that a text must have. The pattern alone decides, here and in the API server, so that the two never disagree; `explain` only finds
 * better words than "does not match". Patterns stay inside what ECMAScript and RE2 share: no look-around, no back-references.
 */
export interface Form {
  /** The diagnostic's code, `InvalidPath` for instance. */
  readonly code: string;
  /** Completes "`x` is not …": `a SPIFFE ID`. */
  readonly expected: string;
  /** Anchored at both ends. */
  readonly pattern: string;
  /** Shows a right spelling when `explain` has nothing better. */
  readonly help: string;
  explain?(text: string): Explanation | undefined;
}
