import { some, type Truth } from "./kleene.ts";
import { readPath } from "./path.ts";

type Equal = (a: string, b: string) => boolean;

/** Whether any of the patterns matches one reading of the path. */
export function pathsMatch(patterns: readonly string[], path: string, caseInsensitive: boolean): Truth {
  return some(patterns.map((pattern) => (caseInsensitive ? matchFolded(pattern, path) : matches(pattern, path, (text) => text))));
}

function matchFolded(pattern: string, path: string): Truth {
  if (matches(pattern, path, foldAscii)) return true;
  return matches(pattern, path, foldUnicode) ? "unknown" : false;
}

function foldAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function foldUnicode(text: string): string {
  return text.toUpperCase().toLowerCase().toUpperCase().replaceAll("I\u0307", "I");
}

function matches(pattern: string, path: string, fold: (text: string) => string): boolean {
  const equal: Equal = (a, b) => fold(a) === fold(b);
  if (pattern === "*") return true;
  if (pattern.startsWith("*")) return fold(path).endsWith(fold(literal(pattern.slice(1))));
  if (pattern.endsWith("*")) return fold(path).startsWith(fold(literal(pattern.slice(0, -1))));
  return matchSegments(pattern.split("/").slice(1), path.split("/").slice(1), equal);
}

function matchSegments(pattern: readonly string[], path: readonly string[], equal: Equal): boolean {
  const [wanted, ...wantedNext] = pattern;
  const [got, ...gotNext] = path;
  if (wanted === "{**}") return true;
  if (wanted === undefined || got === undefined) return wanted === got;
  const fits = /^\{.*\}$/.test(wanted) ? got !== "" : equal(literal(wanted), got);
  return fits && matchSegments(wantedNext, gotNext, equal);
}

function literal(text: string): string {
  return decodeURIComponent(text).normalize("NFC");
}

/** Whether some request could match: each wildcard is tried as a plain letter. */
export function isPathPattern(pattern: string): boolean {
  const braces = pattern.replaceAll(/\/\{[A-Za-z_][A-Za-z0-9_.-]*\}(?=\/|$)/g, "/x").replace(/\/\{\*\*\}$/, "/x");
  if (/[{}]/.test(braces)) return false;
  if (braces !== pattern && braces.includes("*")) return false;
  if (braces === "*") return true;
  const stars = braces.replace(/^\*|\*$/, "x");
  if (/[*?#]/.test(stars) || !/^[/*]/.test(pattern)) return false;
  return typeof readPath(stars.startsWith("/") ? stars : `/${stars}`, "x") === "object";
}
