/** Named values of a query or of cookies. */
export interface NameValues {
  /** Every value of a name, decoded, in the order received. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /**
   * Names whose value servers read differently: a bad escape, a separator that only some of them know, quotes. Reading one is an error,
   * so a rule that does is unknown; which way a server reads it never decides a rule.
   */
  readonly ambiguous: ReadonlySet<string>;
}

/** Collects values; one for each text that is parsed. */
export class NameValueCollector {
  readonly values: Map<string, string[]> = new Map();
  readonly ambiguous: Set<string> = new Set();

  add(name: string, value: string): void {
    const values = this.values.get(name);
    if (values === undefined) this.values.set(name, [value]);
    else values.push(value);
  }
}
