import type { HostPattern } from "./host-pattern.ts";

/** Values by host. A look-up costs a Map read a label, whatever the number of hosts. */
export interface HostTrie<Value> {
  /** The value of the most specific pattern that covers a normalized host: exact, else the longest wildcard, else `*`. Never a looser one. */
  find(host: string): Value | undefined;
}

/** Builds the table. Where two entries have one pattern, the first stands. */
export function createHostTrie<Value>(entries: Iterable<readonly [HostPattern, Value]>): HostTrie<Value> {
  const exact = new Map<string, Value>();
  const wildcards = new Map<string, Value>();
  let any: { readonly value: Value } | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (const [pattern, value] of entries) {
    if (pattern.kind === "any") any ??= { value };
    else if (pattern.kind === "exact") {
      if (!exact.has(pattern.host)) exact.set(pattern.host, value);
    } else if (!wildcards.has(pattern.suffix)) {
      wildcards.set(pattern.suffix, value);
      shortest = Math.min(shortest, pattern.suffix.length);
      longest = Math.max(longest, pattern.suffix.length);
    }
  }
  const fallback = any?.value;

  return {
    find(host) {
      const value = exact.get(host);
      if (value !== undefined || exact.has(host)) return value;
      // Suffixes from the longest; those that no wildcard has the length of are not even cut out.
      for (let dot = host.indexOf(".", 1); dot > 0; dot = host.indexOf(".", dot + 1)) {
        const length = host.length - dot;
        if (length > longest) continue;
        if (length < shortest) break;
        const suffix = host.slice(dot);
        const found = wildcards.get(suffix);
        if (found !== undefined || wildcards.has(suffix)) return found;
      }
      return fallback;
    },
  };
}
