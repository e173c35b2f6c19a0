import type { NameValues } from "../model/evaluation.ts";

/** Collects values; one for each text that is parsed. */
export class NameValueCollector implements NameValues {
  readonly values: Map<string, string[]> = new Map();
  readonly ambiguous: Set<string> = new Set();
  unreadable = false;

  add(name: string, value: string): void {
    const values = this.values.get(name);
    if (values === undefined) this.values.set(name, [value]);
    else values.push(value);
  }
}
