/** Names one object of the API, as kubectl would: `APIPolicy shop/orders`. Cluster-scoped objects have no namespace. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A place in a file. Lines and columns count from one, as editors do. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `error`: the object (or the part of it) is not in force. `warning`: legal, but probably not meant. `note`: for information. */
export type Severity = "error" | "warning" | "note";

/**
 * One finding about one object. The same list becomes status conditions, webhook refusals, lint output and dashboard rows.
 * Messages start in lower case, have no full stop and quote what the user wrote in backticks; the way out stands in `help`.
 */
export interface Diagnostic {
  /** A stable PascalCase code, which is also the condition reason: `InvalidPath`, `UnresolvedProvider`. */
  readonly code: string;
  readonly severity: Severity;
  readonly object?: ObjectRef;
  /** The field, in kubectl's notation: `spec.rules[2].when[0].expression`; empty for the object as a whole. */
  readonly path: string;
  readonly message: string;
  readonly help?: string;
  readonly source?: SourcePosition;
}
