import { hostAndPort } from "./host.ts";
import { decodePath, isDotSegment, type PathReason, withoutParameters } from "./path-decode.ts";
import { PathReading } from "./path-reading.ts";

/** A path longer than this many bytes, as written and without its query, is refused. */
export const MAX_PATH_BYTES = 8192;

/** A request's path as rules see it. An Allow must match in every reading; a Deny matches if it does in any. */
export interface RequestPath {
  /** The path with its `;` parameters. */
  readonly asWritten: PathReading;
  /** The path with each segment's `;` parameters stripped; absent where there are none. */
  readonly stripped: PathReading | undefined;
  /** What stands after `?`, undecoded, a byte string; empty where there is none. */
  readonly query: string;
}

const PLAIN = 1;
const SLASH = 2;
const QUERY = 3;
const SLASH_CODE = 0x2f;
const DOT_CODE = 0x2e;

/** What a byte means to the quick scan; zero sends the path to the careful one. */
const BYTE_CLASS: Uint8Array = classifyBytes();

function classifyBytes(): Uint8Array {
  const classes = new Uint8Array(256);
  for (let byte = 0x21; byte < 0x7f; byte++) classes[byte] = PLAIN;
  for (const special of "%;\\#") classes[special.charCodeAt(0)] = 0;
  classes[SLASH_CODE] = SLASH;
  classes[0x3f] = QUERY;
  return classes;
}

/**
 * Reads the path of a request, or says why it is refused (a reason is a string, a path an object).
 *
 * `rawPath` is `Request.path`, a **byte string**: one character a byte, as `latin1` decoding gives it, so that bytes which are not UTF-8
 * can be seen and refused. A text decoded as UTF-8 fails closed: its characters beyond U+00FF are no bytes. `host` is `Request.host`
 * as sent, with its port; it is looked at only where the target has the absolute form (RFC 9112 §3.2.2).
 */
export function readPath(rawPath: string, host: string): RequestPath | PathReason {
  if (rawPath.charCodeAt(0) !== SLASH_CODE) return readOtherForm(rawPath, host);
  const limit = Math.min(rawPath.length, MAX_PATH_BYTES + 1);
  let segment = 1;
  let end = 1;
  for (; end < limit; end++) {
    const kind = BYTE_CLASS[rawPath.charCodeAt(end)];
    if (kind === PLAIN) continue;
    if (kind === SLASH) {
      if (end === segment || startsAsDots(rawPath, segment, end)) return readCarefully(rawPath);
      segment = end + 1;
    } else if (kind === QUERY) break;
    else return readCarefully(rawPath);
  }
  if (end > MAX_PATH_BYTES || startsAsDots(rawPath, segment, end)) return readCarefully(rawPath);
  if (end === rawPath.length) return { asWritten: new PathReading(rawPath), stripped: undefined, query: "" };
  if (rawPath.includes("#", end)) return readCarefully(rawPath);
  return { asWritten: new PathReading(rawPath.slice(0, end)), stripped: undefined, query: rawPath.slice(end + 1) };
}

function startsAsDots(path: string, from: number, to: number): boolean {
  return path.charCodeAt(from) === DOT_CODE && (to === from + 1 || (to === from + 2 && path.charCodeAt(from + 1) === DOT_CODE));
}

/** The absolute form is read if it agrees with Host; `*`, the authority form of CONNECT and everything else is no path. */
function readOtherForm(rawPath: string, host: string): RequestPath | PathReason {
  const absolute = /^(https?):\/\/([^/?#]*)/i.exec(rawPath);
  if (absolute === null) return "path_not_absolute";
  const defaultPort = absolute[1]?.toLowerCase() === "https" ? 443 : 80;
  const named = hostAndPort(absolute[2] ?? "");
  const sent = hostAndPort(host);
  if (named === undefined || sent === undefined || named.host !== sent.host) return "path_host_mismatch";
  if ((named.port ?? defaultPort) !== (sent.port ?? defaultPort)) return "path_host_mismatch";
  const rest = rawPath.slice(absolute[0].length);
  return readCarefully(rest.startsWith("/") ? rest : `/${rest}`);
}

/** Reads what the quick scan does not decide. `target` starts with a slash. */
function readCarefully(target: string): RequestPath | PathReason {
  const hash = target.indexOf("#");
  // No request-target has a fragment (RFC 9112 §3.2), so servers disagree about one. It is dropped only where keeping it could
  // neither add a segment, an extension or an escape to the path nor a parameter to the query.
  if (hash >= 0 && !/^[\w-]*$/.test(target.slice(hash + 1))) return "path_not_normalized";
  const whole = hash < 0 ? target : target.slice(0, hash);
  const question = whole.indexOf("?");
  const raw = question < 0 ? whole : whole.slice(0, question);
  const query = question < 0 ? "" : whole.slice(question + 1);
  if (raw.length > MAX_PATH_BYTES) return "path_too_long";

  const decoded = decodePath(raw);
  if (!decoded.ok) return decoded.reason;
  const segments = decoded.text.slice(1).split("/");
  const last = segments.length - 1;
  for (const [index, segment] of segments.entries()) {
    if (isDotSegment(segment) || (index < last && withoutParameters(segment) === "")) return "path_not_normalized";
  }
  const stripped = decoded.text.includes(";") ? new PathReading(`/${segments.map(withoutParameters).join("/")}`) : undefined;
  return { asWritten: new PathReading(decoded.text), stripped, query };
}
