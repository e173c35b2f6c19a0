import { hostAndPort } from "./host.ts";

/** A compiled host of a policy. */
export type HostPattern =
  | { readonly kind: "any"; readonly text: "*" }
  | { readonly kind: "exact"; readonly text: string; readonly host: string }
  /** `suffix` starts with a dot: `.example.com` */
  | { readonly kind: "wildcard"; readonly text: string; readonly suffix: string };

export type CompiledHost =
  | { readonly ok: true; readonly pattern: HostPattern }
  | { readonly ok: false; readonly message: string; readonly help: string };

const HELP = "write a host such as `shop.example.com`, a wildcard `*.example.com`, or `*`";

/**
 * Compiles a host of a policy. `*.example.com` stands for one or more labels, not for `example.com` itself (Gateway API, `Hostname`);
 * `*` for every host. The spelling is normalized as a request's is; a port is refused, since hosts are compared without it.
 */
export function compileHost(text: string): CompiledHost {
  if (text === "*") return { ok: true, pattern: { kind: "any", text: "*" } };
  const wildcard = text.startsWith("*.");
  const parsed = hostAndPort(wildcard ? text.slice(2) : text);
  if (parsed === undefined) {
    return { ok: false, message: `\`${text}\` is not an ASCII host name, an IPv4 or a bracketed IPv6 address`, help: HELP };
  }
  const spelling = wildcard ? `*.${parsed.host}` : parsed.host;
  if (parsed.port !== undefined) {
    return { ok: false, message: `\`${text}\` has a port, and hosts are compared without one`, help: `write \`${spelling}\`` };
  }
  if (!wildcard) return { ok: true, pattern: { kind: "exact", text, host: parsed.host } };
  if (isAddress(parsed.host)) return { ok: false, message: `\`${text}\` puts a wildcard before an address`, help: HELP };
  return { ok: true, pattern: { kind: "wildcard", text, suffix: `.${parsed.host}` } };
}

/** The one spelling of a pattern: `api.example.com`, `*.example.com`, `*`. */
export function patternText(pattern: HostPattern): string {
  if (pattern.kind === "any") return "*";
  return pattern.kind === "exact" ? pattern.host : `*${pattern.suffix}`;
}

/** Spellings of every pattern that covers a host as `normalizeHost` gives it, the most specific first. */
export function coveringPatterns(host: string): string[] {
  const patterns = [host];
  for (let dot = host.indexOf(".", 1); dot > 0; dot = host.indexOf(".", dot + 1)) patterns.push(`*${host.slice(dot)}`);
  patterns.push("*");
  return patterns;
}

/** Whether a host as `normalizeHost` gives it is covered by a pattern. */
export function matchesHost(pattern: HostPattern, host: string): boolean {
  if (pattern.kind === "any") return true;
  if (pattern.kind === "exact") return host === pattern.host;
  return host.length > pattern.suffix.length && host.endsWith(pattern.suffix);
}

/** A normalized name that ends in a digit label is IPv4, one that ends in a bracket IPv6. */
function isAddress(host: string): boolean {
  return /(?:^|\.)[0-9]+$|\]$/.test(host);
}
