import { decodePath, isDotSegment, type PathReason, withoutParameters } from "./path-decode.ts";
import { encodeUtf8 } from "./utf8.ts";

interface CompiledText {
  readonly kind: "exact" | "prefix" | "suffix";
  /** Decoded, in NFC. */
  readonly text: string;
}

export type PathParts =
  | { readonly kind: "any" }
  | CompiledText
  /** A segment is its literal text, or `undefined` for `{name}`; `rest` for a last `{**}`. */
  | { readonly kind: "template"; readonly segments: readonly (string | undefined)[]; readonly rest: boolean };

/** Why a value of a policy can not be used, and what to write instead. */
export interface Refusal {
  readonly ok: false;
  readonly message: string;
  readonly help: string;
}

const MAX_PATTERN_LENGTH = 8192;
const VARIABLE = /^\{[A-Za-z_][A-Za-z0-9_.-]*\}$/;

const HELP_FORMS = "write an exact path `/a/b`, a prefix `/a/*`, a suffix `*.json`, or a template `/a/{id}` or `/a/{**}`";
const HELP_NORMAL = "write the path as it is after normalization: no empty segment, no `.` and no `..`";

/** Splits a policy's path into what it compares. Wildcards and braces are read before escapes are, so `%2A` is a literal star. */
export function parsePathPattern(text: string): { readonly ok: true; readonly parts: PathParts } | Refusal {
  if (text === "*") return { ok: true, parts: { kind: "any" } };
  if (text.length > MAX_PATTERN_LENGTH) return refuse("the path is longer than 8 KiB", "no request has so long a path");
  if (!text.startsWith("/") && !text.startsWith("*")) {
    return refuse(`\`${text}\` does not start with a slash, so it matches no request`, HELP_FORMS);
  }
  const mark = /[?#]/.exec(text);
  if (mark !== null) {
    return refuse(
      `\`${text}\` holds \`${mark[0]}\`, and paths are compared without query and fragment`,
      "leave out the query and the fragment; a condition can read `request.query`",
    );
  }
  if (/[{}]/.test(text)) return parseTemplate(text);
  const star = text.indexOf("*");
  if (star < 0) return parseText("exact", text, text);
  if (star === text.length - 1) return parseText("prefix", text, text.slice(0, -1));
  if (star === 0 && text.lastIndexOf("*") === 0) return parseText("suffix", text, text.slice(1));
  return refuseStar(text);
}

function refuseStar(text: string): Refusal {
  const help = /^[^*]*\/\*\*$/.test(text) ? `write \`${text.slice(0, -2)}{**}\` for zero or more segments` : HELP_FORMS;
  return refuse(`\`${text}\` holds a \`*\` that is neither the only one at the end nor the only one at the start`, help);
}

function parseText(
  kind: CompiledText["kind"],
  source: string,
  literal: string,
): { readonly ok: true; readonly parts: PathParts } | Refusal {
  const decoded = decodeLiteral(source, literal);
  if (!decoded.ok) return decoded;
  const segments = decoded.text.split("/");
  const last = segments.length - 1;
  for (const [index, segment] of segments.entries()) {
    // The outermost segments may be halves of what a request holds: of a prefix the last, of a suffix the first.
    const half = index === 0 || (index === last && kind === "prefix");
    if (!half && (isDotSegment(segment) || (index < last && withoutParameters(segment) === ""))) {
      return refuse(`\`${source}\` holds a dot segment or an empty segment, so it matches no request`, HELP_NORMAL);
    }
  }
  return { ok: true, parts: { kind, text: decoded.text } };
}

function parseTemplate(source: string): { readonly ok: true; readonly parts: PathParts } | Refusal {
  if (!source.startsWith("/")) return refuse(`\`${source}\` mixes \`*\` with \`{…}\``, HELP_FORMS);
  const written = source.slice(1).split("/");
  const rest = written.at(-1) === "{**}";
  if (rest) written.pop();
  const segments: (string | undefined)[] = [];
  const names = new Set<string>();
  for (const [index, part] of written.entries()) {
    if (VARIABLE.test(part)) {
      if (names.has(part)) return refuse(`\`${source}\` names \`${part}\` twice`, "give each variable a name of its own");
      names.add(part);
      segments.push(undefined);
      continue;
    }
    if (/[{}*]/.test(part)) return refuseTemplateSegment(source, part);
    const decoded = decodeLiteral(source, part);
    if (!decoded.ok) return decoded;
    const last = index === written.length - 1 && !rest;
    if (isDotSegment(decoded.text) || (!last && withoutParameters(decoded.text) === "")) {
      return refuse(`\`${source}\` holds a dot segment or an empty segment, so it matches no request`, HELP_NORMAL);
    }
    segments.push(decoded.text);
  }
  return { ok: true, parts: { kind: "template", segments, rest } };
}

function refuseTemplateSegment(source: string, part: string): Refusal {
  if (part === "{**}")
    return refuse(
      `\`${source}\` holds \`{**}\` before its end`,
      "`{**}` can only be the last segment; write `{name}` for one segment",
    );
  if (part === "{*}") return refuse(`\`${source}\` holds \`{*}\``, "write `{name}` for one segment");
  if (part === "*" || part === "**")
    return refuse(`\`${source}\` mixes \`*\` with \`{…}\``, "write `{name}` for one segment, or a last `{**}` for zero or more");
  return refuse(
    `\`${part}\` in \`${source}\` is neither a literal segment nor \`{name}\``,
    "a variable fills its whole segment, and its name has letters, digits, `_`, `.` and `-`; write `%7B`, `%7D` and `%2A` for literal `{`, `}` and `*`",
  );
}

/** A raw space is no fault here: in a policy it can only mean the `%20` of a request. */
function decodeLiteral(source: string, literal: string): { readonly ok: true; readonly text: string } | Refusal {
  if (!literal.isWellFormed()) return refuse(`\`${source}\` holds half a surrogate pair`, "write the path in valid Unicode");
  const decoded = decodePath(encodeUtf8(literal).replaceAll(" ", "%20"));
  return decoded.ok
    ? decoded
    : refuse(`\`${source}\` ${FAULTS[decoded.reason]}, so it matches no request`, HELP_FAULTS[decoded.reason] ?? HELP_FORMS);
}

const FAULTS: Record<PathReason, string> = {
  path_not_absolute: "does not start with a slash",
  path_host_mismatch: "names a host",
  path_not_normalized: "is not normalized",
  path_backslash: "holds a backslash",
  path_control_byte: "holds a control character",
  path_escaped_separator: "holds an escaped `/`, `;`, `#` or `?`",
  path_double_escaped: "is escaped twice",
  path_bad_escape: "holds a `%` without two hex digits",
  path_bad_utf8: "is not valid UTF-8 once its escapes are decoded",
  path_lookalike: "holds a character that can be taken for a separator, a dot or an escape",
  path_too_long: "is longer than 8 KiB",
};

const HELP_FAULTS: Partial<Record<PathReason, string>> = {
  path_bad_escape: "write `%25` for a literal `%`",
  path_double_escaped: "escape each character once",
  path_escaped_separator: "requests that escape these are refused before any rule; write the character itself or leave it out",
};

function refuse(message: string, help: string): Refusal {
  return { ok: false, message, help };
}
