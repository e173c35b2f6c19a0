/** A table and the entries' own bytes as a text, each with its length before it, so that equal keys can only come of equal entries. */
export interface Entries {
  readonly key: string;
  readonly table: ReadonlyMap<string, string>;
}

/** Makes what comes again with most requests; the decoder remembers what it made. */
export interface RecurringParts {
  /** One character a byte. */
  text(bytes: Buffer, start: number, end: number): string;
  /** The map entries between `start` and `end`, then those of the runs in `more`. */
  entries(bytes: Buffer, start: number, end: number, more: readonly number[] | undefined): Entries;
}
