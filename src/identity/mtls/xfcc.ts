import type { PeerIdentity } from "../../policy/model/identity.ts";
import { parseSpiffeId } from "./spiffe-id.ts";

/** A key of an element in lower case (Envoy: keys have no case) and its value without quotes. */
interface XfccPair {
  readonly key: string;
  readonly value: string;
}

/** What one proxy said of its client's certificate. Keys may repeat: one `uri` for each URI SAN. */
export type XfccElement = readonly XfccPair[];

const KEY = /^[A-Za-z]+$/;
const LONGEST_HEADER = 64 * 1024;

/**
 * Reads `x-forwarded-client-cert`: elements joined by commas, pairs joined by semicolons, `key=value`, a value in double quotes where it
 * holds `,`, `;` or `=`, with `\"` for a quote.
 *
 * @returns `undefined` when anything is out of form. A half-open quote in what an earlier hop wrote could otherwise swallow the
 * element that our own hop appended
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function parseXfcc(text: string): readonly XfccElement[] | undefined {
  if (text.length > LONGEST_HEADER) return undefined;
  const elements: XfccPair[][] = [];
  let element: XfccPair[] = [];
  let at = 0;
  for (;;) {
    const equals = text.indexOf("=", at);
    if (equals < 0) return undefined;
    const key = text.slice(at, equals).replace(/^ +/, "");
    if (!KEY.test(key)) return undefined;

    const read = text[equals + 1] === '"' ? readQuoted(text, equals + 2) : readPlain(text, equals + 1);
    if (read === undefined) return undefined;
    element.push({ key: key.toLowerCase(), value: read.value });

    const separator = text[read.end];
    if (separator !== ";") {
      elements.push(element);
      element = [];
    }
    if (separator === undefined) return elements;
    if (separator !== ";" && separator !== ",") return undefined;
    at = read.end + 1;
  }
}

/**
 * The identity of the last element, the one that the proxy nearest to us appended; what stands before it was said by others.
 * It counts only with exactly one URI.
 */
export function readXfccPeer(text: string): PeerIdentity | undefined {
  const uris = parseXfcc(text)
    ?.at(-1)
    ?.filter((pair) => pair.key === "uri");
  const [uri] = uris ?? [];
  return uri === undefined || uris?.length !== 1 ? undefined : parseSpiffeId(uri.value);
}

interface Read {
  readonly value: string;
  /** The index just after the value and its quotes. */
  readonly end: number;
}

function readQuoted(text: string, start: number): Read | undefined {
  let value = "";
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') return { value, end: at + 1 };
    if (text[at] === "\\" && text[at + 1] === '"') at++;
    value += text[at];
  }
  return undefined;
}

function readPlain(text: string, start: number): Read | undefined {
  let end = start;
  while (end < text.length && text[end] !== ";" && text[end] !== ",") end++;
  const value = text.slice(start, end);
  return value.includes('"') ? undefined : { value, end };
}
