import type { Reason } from "../../../src/policy/model/reason.ts";
import { readHost } from "./host.ts";

export interface Path {
  readonly text: string;
  readonly query: string;
}

/** "Path" of the page: a path, or the reason of the refusal. */
export function readPath(written: string, hostHeader: string): Path | Reason {
  const target = written.startsWith("/") ? written : targetOfAbsoluteForm(written, hostHeader);
  if (!target.startsWith("/")) return target as Reason;
  const [before = "", ...fragment] = target.split("#");
  if (fragment.length > 0 && !/^[A-Za-z0-9_-]*$/.test(fragment.join("#"))) return "path_not_normalized";
  const mark = before.indexOf("?");
  const path = mark < 0 ? before : before.slice(0, mark);
  if (new TextEncoder().encode(path).length > 8192) return "path_too_long";
  const bytes = decodeOnce(path);
  if (typeof bytes === "string") return bytes;
  const text = readText(bytes);
  if (typeof text === "string") return text;
  if (!isNormal(text.is) || !isNormal(withoutParameters(text.is))) return "path_not_normalized";
  return { text: text.is, query: mark < 0 ? "" : before.slice(mark + 1) };
}

function targetOfAbsoluteForm(written: string, hostHeader: string): string {
  const parts = /^(https?):\/\/([^/?#]*)([^]*)$/i.exec(written);
  if (parts === null) return "path_not_absolute" satisfies Reason;
  const [, scheme = "", authority = "", target = ""] = parts;
  const standard = scheme.toLowerCase() === "http" ? 80 : 443;
  const [theirs, ours] = [readHost(authority), readHost(hostHeader)];
  if (theirs?.name !== ours?.name || (theirs?.port ?? standard) !== (ours?.port ?? standard)) {
    return "path_host_mismatch" satisfies Reason;
  }
  return target.startsWith("/") ? target : `/${target}`;
}

const HEX = /^[0-9A-Fa-f]{2}$/;

function decodeOnce(path: string): Uint8Array | Reason {
  const raw = Array.from(new TextEncoder().encode(path));
  const textAt = (from: number): string => String.fromCharCode(...raw.slice(from, from + 2));
  const bytes: number[] = [];
  for (let at = 0; at < raw.length; at++) {
    let byte = raw[at] ?? 0;
    const escaped = byte === 0x25;
    if (escaped) {
      if (!HEX.test(textAt(at + 1))) return "path_bad_escape";
      byte = Number.parseInt(textAt(at + 1), 16);
      at += 2;
      if ("/;#?".includes(String.fromCharCode(byte))) return "path_escaped_separator";
      if (byte === 0x25 && HEX.test(textAt(at + 1))) return "path_double_escaped";
    }
    if (byte < 0x20 || byte === 0x7f || (byte === 0x20 && !escaped)) return "path_control_byte";
    if (byte === 0x5c) return "path_backslash";
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function readText(bytes: Uint8Array): { readonly is: string } | Reason {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "path_bad_utf8";
  }
  if (/%[0-9A-Fa-f]{2}/.test(text)) return "path_double_escaped";
  if (/[\u0080-\u009f]/.test(text)) return "path_control_byte";
  const looksAlike = (character: string): boolean => character > "\x7f" && /[/\\.;%]/.test(character.normalize("NFKC"));
  if (Array.from(text).some(looksAlike)) return "path_lookalike";
  return { is: text.normalize("NFC") };
}

function isNormal(text: string): boolean {
  const segments = text.split("/").slice(1);
  return segments.every(
    (segment, index) => segment !== "." && segment !== ".." && (segment !== "" || index === segments.length - 1),
  );
}

function withoutParameters(text: string): string {
  return text
    .split("/")
    .map((segment) => segment.split(";")[0] ?? "")
    .join("/");
}

/** The readings of an Allow or an Audit, as written before stripped. */
export function readingsToAllow(text: string): readonly string[] {
  return text.includes(";") ? [text, withoutParameters(text)] : [text];
}

export function readingsToDeny(text: string): readonly string[] {
  return readingsToAllow(text).flatMap((reading) =>
    reading !== "/" && reading.endsWith("/") ? [reading, reading.slice(0, -1)] : [reading],
  );
}
