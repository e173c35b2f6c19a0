import { nearest } from "../policy/model/nearest.ts";
import type { Parsed } from "./setting.ts";

/** One of a few words, in their exact spelling. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Parsed<Word> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return { ok: true, value: word };
    const list = words.map((candidate) => `\`${candidate}\``).join(", ");
    const close = nearest(text, words);
    const help = close === undefined ? `choose one of ${list}` : `did you mean \`${close}\`? The choices are ${list}`;
    return { ok: false, message: `\`${text}\` is not one of ${list}`, help };
  };
}

/** A whole number between two bounds, in decimal digits. */
export function wholeBetween(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return { ok: true, value };
    return {
      ok: false,
      message: `\`${text}\` is not a whole number from ${least} to ${most}`,
      help: `write digits only, for instance \`${least}\``,
    };
  };
}

/** A share between 0 and 1. */
export function parseShare(text: string): Parsed<number> {
  const value = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return { ok: true, value };
  return {
    ok: false,
    message: `\`${text}\` is not a number from 0 to 1`,
    help: "write a share: `0.1` keeps one in ten, `1` keeps all",
  };
}

/** A path of the file system, kept as written. */
export function parsePath(text: string): Parsed<string> {
  if (!text.includes("\0")) return { ok: true, value: text };
  return { ok: false, message: "the path holds a NUL byte", help: "remove it" };
}

/** A SPIFFE trust domain. Source: SPIFFE ID specification §2.1: lower-case letters, digits, `.`, `-` and `_`, at most 255 bytes. */
export function parseTrustDomain(text: string): Parsed<string> {
  if (/^[a-z0-9._-]{1,255}$/.test(text)) return { ok: true, value: text };
  const spelled = text
    .toLowerCase()
    .replace(/^spiffe:\/\//, "")
    .replace(/[/:].*$/, "");
  const help = /^[a-z0-9._-]{1,255}$/.test(spelled)
    ? `write \`${spelled}\``
    : "use lower-case letters, digits, `.`, `-` and `_`, like `cluster.local`";
  return { ok: false, message: `\`${text}\` is not a trust domain`, help };
}

/** A namespace's name. Source: RFC 1123 label, as Kubernetes applies it. */
export function parseNamespace(text: string): Parsed<string> {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return { ok: true, value: text };
  return { ok: false, message: `\`${text}\` is not a namespace`, help: "use at most 63 lower-case letters, digits and `-`" };
}
