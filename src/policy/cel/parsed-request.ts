import { parseCookies } from "../match/cookies.ts";
import { parseQuery } from "../match/query.ts";
import { encodeUtf8 } from "../match/utf8.ts";
import type { NameValues, ParsedRequest } from "../model/evaluation.ts";
import type { ClaimValue, PeerIdentity } from "../model/identity.ts";
import type { Request } from "../model/request.ts";
import { parseJson } from "./json.ts";

/** What is known of a request whatever the reading of its path and whoever it speaks for. */
export type RequestParts = Pick<ParsedRequest, "request" | "host" | "query" | "peer" | "destination">;

/** Wraps what is known of a request for conditions. Costs one object; all parsing waits for the first expression that reads. */
export function createParsedRequest(facts: RequestParts): ParsedRequest {
  return new LazyRequest(facts);
}

/** Marks what has not been looked at; `undefined` is an answer. */
const UNREAD: unique symbol = Symbol("unread");
type Lazy<T> = T | typeof UNREAD;

class LazyRequest implements ParsedRequest {
  readonly request: Request;
  readonly host: string;
  readonly query: string;
  readonly peer?: PeerIdentity;
  readonly destination: RequestParts["destination"];
  #query: Lazy<NameValues> = UNREAD;
  #cookies: Lazy<NameValues> = UNREAD;
  #text: Lazy<string | undefined> = UNREAD;
  #json: Lazy<ClaimValue | undefined> = UNREAD;
  #form: Lazy<NameValues | undefined> = UNREAD;

  constructor(facts: RequestParts) {
    this.request = facts.request;
    this.host = facts.host;
    this.query = facts.query;
    if (facts.peer !== undefined) this.peer = facts.peer;
    this.destination = facts.destination;
  }

  queryParameters(): NameValues {
    if (this.#query === UNREAD) this.#query = parseQuery(this.query);
    return this.#query;
  }

  cookies(): NameValues {
    if (this.#cookies === UNREAD) this.#cookies = parseCookies(this.request.headers.values("cookie"));
    return this.#cookies;
  }

  bodyText(): string | undefined {
    if (this.#text === UNREAD) this.#text = decodeBody(this.request);
    return this.#text;
  }

  bodyJson(): ClaimValue | undefined {
    if (this.#json === UNREAD) {
      const text = isKind("json", mediaType(this.request)) ? this.bodyText() : undefined;
      this.#json = text === undefined ? undefined : parseJson(text);
    }
    return this.#json;
  }

  bodyForm(): NameValues | undefined {
    if (this.#form === UNREAD) {
      const text = isKind("form", mediaType(this.request)) ? this.bodyText() : undefined;
      this.#form = text === undefined ? undefined : parseQuery(encodeUtf8(text));
    }
    return this.#form;
  }

  bodyThere(as: "text" | "json" | "form"): boolean | undefined {
    if (this.request.body === undefined) return false;
    const type = mediaType(this.request);
    if (as !== "text" && MEDIA_TYPE.test(type) && !isKind(as, type)) return false;
    const read = { text: () => this.bodyText(), json: () => this.bodyJson(), form: () => this.bodyForm() };
    return read[as]() === undefined ? undefined : true;
  }
}

/** `type/subtype` of RFC 9110 §8.3.1, in lower case. */
const MEDIA_TYPE = /^[!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+$/;

function isKind(kind: "json" | "form", type: string): boolean {
  if (kind === "form") return type === "application/x-www-form-urlencoded";
  return type === "application/json" || type.endsWith("+json");
}

/** A body that is cut short or compressed is not what the service will read, so it is no body to a condition. */
function decodeBody(request: Request): string | undefined {
  if (request.body === undefined || request.body.truncated) return undefined;
  if (request.headers.values("content-encoding").some((value) => value.trim().toLowerCase() !== "identity")) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(request.body.bytes);
  } catch {
    return undefined;
  }
}

/** Lower case, without parameters; empty when absent, repeated, or in a character set other than UTF-8. */
function mediaType(request: Request): string {
  const values = request.headers.values("content-type");
  const [type = "", ...parameters] = (values.length === 1 ? (values[0] ?? "") : "").toLowerCase().split(";");
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=");
    if (name.trim() === "charset" && !/^"?utf-?8"?$/.test(value.trim())) return "";
  }
  return type.trim();
}
