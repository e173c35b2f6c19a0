import { createParsedRequest } from "../cel/parsed-request.ts";
import { normalizeHost } from "../match/host.ts";
import { isMethod } from "../match/method.ts";
import { readPath } from "../match/path.ts";
import type { NameValues, ParsedRequest, PathReading } from "../model/evaluation.ts";
import { forwardedCertificate } from "../model/forwarded-certificate.ts";
import type { PeerIdentity } from "../model/identity.ts";
import type { LocationPlan } from "../model/plan.ts";
import type { Reason } from "../model/reason.ts";
import type { Request } from "../model/request.ts";

/** What rules may rely on: a request whose method, host and path have one meaning. */
export class RequestFacts {
  readonly request: Request;
  readonly peer: PeerIdentity | undefined;
  readonly method: string;
  readonly host: string;
  readonly asWritten: PathReading;
  /** Every way in which a service may read the path. */
  readonly allowReadings: readonly PathReading[];
  /** The same, and each without its trailing slash. */
  readonly denyReadings: readonly PathReading[];
  /** What is being called, once that has been looked up: `workload shop/orders`. */
  target = "";
  /** What becomes of the request if no policy decides about it. */
  defaultAction: "Allow" | "Deny" = "Deny";
  readonly #query: string;
  #parsed: ParsedRequest | undefined = undefined;

  constructor(
    request: Request,
    peer: PeerIdentity | undefined,
    host: string,
    path: Exclude<ReturnType<typeof readPath>, string>,
  ) {
    const { asWritten, stripped, query } = path;
    this.request = request;
    this.peer = peer;
    this.method = request.method;
    this.host = host;
    this.asWritten = asWritten;
    this.allowReadings = stripped === undefined ? [asWritten] : [asWritten, stripped];
    this.denyReadings =
      stripped === undefined && asWritten.withoutSlash === undefined
        ? this.allowReadings
        : [asWritten, asWritten.withoutSlash, stripped, stripped?.withoutSlash].filter((reading) => reading !== undefined);
    this.#query = query;
  }

  get parsed(): ParsedRequest {
    this.#parsed ??= createParsedRequest({
      request: this.request,
      host: this.host,
      query: this.#query,
      destination: destinationOf(this.request),
      ...(this.peer === undefined ? {} : { peer: this.peer }),
    });
    return this.#parsed;
  }

  /** What stands at a place where credentials are expected. A value that servers read differently is one that no method can own. */
  values({ in: place, name }: LocationPlan): readonly string[] {
    switch (place) {
      case "header":
        return this.request.headers.values(name);
      case "cookie":
        return certainValues(this.parsed.cookies(), name);
      case "query":
        return this.#query === "" ? [] : certainValues(this.parsed.queryParameters(), name);
      case "certificate": {
        const certificate = forwardedCertificate(this.request);
        return certificate === undefined ? [] : [certificate.text];
      }
      default:
        return place satisfies never;
    }
  }

  /** The Cookie header without the named cookies: `""` where none is left, `undefined` where none of them stood in it. */
  cookieHeaderWithout(names: readonly string[]): string | undefined {
    const pairs = this.request.headers.values("cookie").flatMap((value) => value.split(";"));
    const kept = pairs.filter((pair) => !names.includes(pair.slice(0, Math.max(0, pair.indexOf("="))).trim()));
    if (kept.length === pairs.length) return undefined;
    return kept
      .map((pair) => pair.trim())
      .filter((pair) => pair !== "")
      .join("; ");
  }
}

function certainValues({ values, ambiguous, unreadable }: NameValues, name: string): readonly string[] {
  return unreadable || ambiguous.has(name) ? [""] : (values.get(name) ?? []);
}

/** The facts of a request, or the reason why it has none. */
export function readRequest(request: Request, peer: PeerIdentity | undefined): RequestFacts | Reason {
  if (!isMethod(request.method)) return "method_invalid";
  const host = normalizeHost(request.host);
  if (host === undefined) return "host_invalid";
  const path = readPath(request.path, request.host);
  if (typeof path === "string") return path;
  return new RequestFacts(request, peer, host, path);
}

function destinationOf(request: Request): ParsedRequest["destination"] {
  const namespace = request.extensions.get("sallyport.namespace");
  const serviceAccount = request.extensions.get("sallyport.serviceAccount");
  return { ...(namespace === undefined ? {} : { namespace }), ...(serviceAccount === undefined ? {} : { serviceAccount }) };
}
