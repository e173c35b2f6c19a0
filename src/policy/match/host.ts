import { formatIpv6, parseIpv4, parseIpv6 } from "./ip.ts";

/** A host and the port that stood behind it. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number | undefined;
}

const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;
/** A name, its trailing dot, a colon and five digits. */
const MAX_LENGTH = MAX_NAME_LENGTH + 7;

const NAME = 1;
const UPPER = 2;
const DOT = 3;
const HYPHEN = 4;
const COLON = 5;

const CHARACTER_CLASS: Uint8Array = classifyCharacters();

function classifyCharacters(): Uint8Array {
  const classes = new Uint8Array(128);
  for (const character of "abcdefghijklmnopqrstuvwxyz0123456789_") classes[character.charCodeAt(0)] = NAME;
  for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") classes[character.charCodeAt(0)] = UPPER;
  classes[0x2e] = DOT;
  classes[0x2d] = HYPHEN;
  classes[0x3a] = COLON;
  return classes;
}

/**
 * The one spelling of a Host or `:authority` value: lower case, without port and trailing dot. `undefined` where it is not exactly one
 * ASCII DNS name (underscores included, punycode left as it is), dotted IPv4 or bracketed IPv6 address: lists, user information,
 * space, empty labels, labels over 63 and names over 253 characters, and IPv4 in any other spelling (`0x7f.1`, `010.0.0.1`, `127.1`).
 */
export function normalizeHost(raw: string): string | undefined {
  const end = nameEnd(raw);
  if (end < 0) return raw.charCodeAt(0) === 0x5b ? hostAndPort(raw)?.host : undefined;
  if (end < raw.length && portAfter(raw, end) === undefined) return undefined;
  return nameUpTo(raw, end);
}

/** As {@link normalizeHost}, with the port: `undefined` inside where there is none. */
export function hostAndPort(raw: string): HostAndPort | undefined {
  const bracketed = raw.charCodeAt(0) === 0x5b;
  const end = bracketed ? raw.lastIndexOf("]") + 1 : nameEnd(raw);
  if (end <= 0) return undefined;
  const host = bracketed ? bracketedIpv6(raw.slice(1, end - 1)) : nameUpTo(raw, end);
  if (host === undefined) return undefined;
  if (end === raw.length) return { host, port: undefined };
  const port = portAfter(raw, end);
  return port === undefined ? undefined : { host, port };
}

/** Where the name ends: at its port or at the end of the text; -1 where a character or a label is not a name's. */
function nameEnd(raw: string): number {
  if (raw.length > MAX_LENGTH) return -1;
  let label = 0;
  for (let at = 0; at < raw.length; at++) {
    const kind = CHARACTER_CLASS[raw.charCodeAt(at)];
    if (kind === NAME || kind === UPPER) continue;
    if (kind === HYPHEN) {
      // RFC 1123 §2.1: a label neither starts nor ends with a hyphen.
      const next = CHARACTER_CLASS[raw.charCodeAt(at + 1)];
      if (at === label || !(next === NAME || next === UPPER || next === HYPHEN)) return -1;
    } else if (kind === DOT || kind === COLON) {
      const afterDot = kind === COLON && at === label && at > 0;
      if ((at === label && !afterDot) || at - label > MAX_LABEL_LENGTH) return -1;
      if (kind === COLON) return at;
      label = at + 1;
    } else return -1;
  }
  return raw.length - label > MAX_LABEL_LENGTH || raw.length === 0 ? -1 : raw.length;
}

function nameUpTo(raw: string, end: number): string | undefined {
  const nameLength = raw.charCodeAt(end - 1) === 0x2e ? end - 1 : end;
  if (nameLength === 0 || nameLength > MAX_NAME_LENGTH) return undefined;
  const name = (nameLength === raw.length ? raw : raw.slice(0, nameLength)).toLowerCase();
  return endsInNumber(name) && parseIpv4(name) === undefined ? undefined : name;
}

/** Whether a client would take a name for IPv4: its last label is a number. Source: WHATWG URL, "ends-in-a-number checker". */
function endsInNumber(name: string): boolean {
  const start = name.lastIndexOf(".") + 1;
  const first = name.charCodeAt(start);
  if (first < 0x30 || first > 0x39) return false;
  return allDigits(name, start) || /^0x[0-9a-f]*$/.test(name.slice(start));
}

function allDigits(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return from < text.length;
}

/** The port after the colon at `colon`: one to five digits. */
function portAfter(raw: string, colon: number): number | undefined {
  const digits = raw.length - colon - 1;
  if (raw.charCodeAt(colon) !== 0x3a || digits > 5 || !allDigits(raw, colon + 1)) return undefined;
  const port = Number(raw.slice(colon + 1));
  return port > 65_535 ? undefined : port;
}

/** A zone id (RFC 6874) and IPvFuture are refused by having no place in the address. */
function bracketedIpv6(text: string): string | undefined {
  const groups = parseIpv6(text);
  return groups === undefined ? undefined : `[${formatIpv6(groups)}]`;
}
