import type { PathReading } from "../model/evaluation.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../model/tri.ts";
import { foldAscii, foldUnicode } from "./case-fold.ts";
import { type PathParts, parsePathPattern, type Refusal } from "./path-pattern.ts";

type PathKind = PathParts["kind"];

export interface PathPatternOptions {
  /**
   * ASCII letters match in either case. A path that is equal only by Unicode's rules of case (`ı` and `I`, `ſ` and `S`, `Ä` and `ä`)
   * is neither a match nor none: **unknown**, so that a Deny refuses it and an Allow does not admit it, whatever the service thinks.
   */
  readonly caseInsensitive: boolean;
}

/** A compiled path of a policy. */
export interface PathPattern {
  /** As the policy writes it: bounded in number, so fit for events and metric labels. */
  readonly text: string;
  readonly kind: PathKind;
  readonly caseInsensitive: boolean;
  /** Greater for what says more of the path: exact before template before prefix and suffix before `*`, then the longer. */
  readonly specificity: number;
  /** What to compare with, each in the fold in which it is compared. */
  readonly parts: PathParts;
  readonly foldedParts: PathParts;
  match(reading: PathReading): Tri;
}

export type CompiledPath = { readonly ok: true; readonly pattern: PathPattern } | Refusal;

/**
 * Compiles a path of a policy: exact `/a/b`, prefix `/a/*`, suffix `*.json`, `*`, or a template in which `{name}` is one segment that is
 * not empty and a last `{**}` is zero or more (`/admin/{**}` covers `/admin`, `/admin/` and all below). Escapes are decoded once and the
 * text brought into NFC, as in requests; an escaped `%2A` or `%7B` stands for the character itself. What no request can match is refused.
 */
export function compilePath(text: string, options: PathPatternOptions): CompiledPath {
  const parsed = parsePathPattern(text);
  if (!parsed.ok) return parsed;
  return { ok: true, pattern: createPattern(text, parsed.parts, options.caseInsensitive) };
}

function createPattern(text: string, written: PathParts, caseInsensitive: boolean): PathPattern {
  const parts = caseInsensitive ? foldParts(written, foldAscii) : written;
  const foldedParts = caseInsensitive ? foldParts(written, foldUnicode) : written;
  return {
    text,
    kind: written.kind,
    caseInsensitive,
    specificity: specificityOf(written),
    parts,
    foldedParts,
    match: caseInsensitive
      ? (reading) => {
          if (matchesText(parts, reading.foldedAscii)) return TRUE;
          return matchesText(foldedParts, reading.foldedUnicode) ? UNKNOWN : FALSE;
        }
      : (reading) => (matchesText(parts, reading.text) ? TRUE : FALSE),
  };
}

function matchesText(parts: PathParts, path: string): boolean {
  if (parts.kind === "exact") return path === parts.text;
  if (parts.kind === "template") return matchesTemplate(parts.segments, parts.rest, path);
  if (parts.kind === "prefix") return path.startsWith(parts.text);
  return parts.kind === "any" || path.endsWith(parts.text);
}

/** Walks the text itself, so that a template alone costs no array of segments. `at` is where the next segment starts. */
function matchesTemplate(segments: readonly (string | undefined)[], rest: boolean, path: string): boolean {
  let at = 1;
  for (const segment of segments) {
    if (at > path.length) return false;
    if (segment === undefined) {
      const slash = path.indexOf("/", at);
      const end = slash < 0 ? path.length : slash;
      if (end === at) return false;
      at = end + 1;
    } else {
      const end = at + segment.length;
      if (!path.startsWith(segment, at) || (end < path.length && path.charCodeAt(end) !== 0x2f)) return false;
      at = end + 1;
    }
  }
  return rest || at > path.length;
}

function foldParts(parts: PathParts, fold: (text: string) => string): PathParts {
  if (parts.kind === "any") return parts;
  if (parts.kind !== "template") return { kind: parts.kind, text: fold(parts.text) };
  return { ...parts, segments: parts.segments.map((segment) => (segment === undefined ? undefined : fold(segment))) };
}

const KIND_WEIGHT = { any: 0, suffix: 1, prefix: 1, template: 2, exact: 3 } as const satisfies Record<PathKind, number>;

function specificityOf(parts: PathParts): number {
  const weight = KIND_WEIGHT[parts.kind] * 10_000;
  if (parts.kind === "any") return weight;
  if (parts.kind !== "template") return weight + parts.text.length;
  return weight + parts.segments.reduce((sum, segment) => sum + 1 + (segment?.length ?? 0), 0);
}
