import type { NameValues } from "../model/evaluation.ts";
import { NameValueCollector } from "./name-values.ts";

/**
 * Parses Cookie headers: pairs between `;`, the value after the first `=`, space around both taken off, nothing decoded, every value kept
 * (RFC 6265 §5.4 lets one name come several times). Where servers disagree the name is ambiguous: quotes (some take them off, and some see
 * no `;` inside), a comma before another pair (RFC 2965 knows it as a separator), escapes (some decode them), bytes beyond visible ASCII,
 * and a piece without `=`.
 */
export function parseCookies(headers: readonly string[]): NameValues {
  const collector = new NameValueCollector();
  for (const header of headers) {
    let quoted = false;
    for (const piece of header.split(";")) {
      const pair = piece.trim();
      if (pair === "") continue;
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals).trimEnd();
      const value = equals < 0 ? "" : pair.slice(equals + 1).trimStart();
      collector.add(name, value);
      const quotes = pair.split('"').length - 1;
      if (equals < 0 || quoted || quotes > 0 || !/^(?:[!-$&-~]|%(?![0-9A-Fa-f]{2}))*$/.test(value)) collector.ambiguous.add(name);
      if (quotes % 2 === 1) quoted = !quoted;
      addNamesAfterCommas(collector, name, pair);
    }
  }
  return collector;
}

function addNamesAfterCommas(collector: NameValueCollector, name: string, pair: string): void {
  const [, ...others] = pair.split(",");
  for (const other of others) {
    const equals = other.indexOf("=");
    if (equals < 0) continue;
    collector.ambiguous.add(name);
    collector.ambiguous.add(other.slice(0, equals).trim());
  }
}
