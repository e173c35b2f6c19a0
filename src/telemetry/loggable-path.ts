import { printable } from "./printable.ts";

const MAX_LENGTH = 256;
const MAX_SEGMENT = 64;
/** Where the path ends and what may hold a secret begins: query, fragment, `;` parameters (session ids live there), however often escaped. */
const END = /[?#;]|%(?:25)*(?:3f|23|3b)/i;

/**
 * A denied request's path in the form that may be logged, for the one who asks why: without query, fragment and parameters, segments
 * longer than 64 characters (tokens in links are) as `…`, at most 256 characters. A target that is no path, such as an absolute form with
 * its user info, is left out.
 */
export function loggablePath(path: string): string {
  if (!path.startsWith("/")) return "";
  // Bounded first: the path may be as long as Envoy's headers may be, and only what is kept is worth looking at.
  const head = path.slice(0, MAX_LENGTH + MAX_SEGMENT + 1);
  const end = head.search(END);
  const plain = end === -1 ? head : head.slice(0, end);
  const segments = plain.split("/").map((segment) => (segment.length > MAX_SEGMENT ? "…" : segment));
  return printable(segments.join("/"), MAX_LENGTH);
}
