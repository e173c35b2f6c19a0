import { type FixedAnswer, methodNotAllowed, unsupportedMediaType, withoutBody } from "./answers.ts";
import type { Call, Peer, Routes, UnaryMethod } from "./call.ts";
import { GrpcStatus } from "./grpc/status.ts";
import { parseGrpcTimeout } from "./grpc/timeout.ts";
import type { Field } from "./hpack/field.ts";

/** What a request's header list means, worked out once for all requests that carry the same. */
export interface RequestHead {
  readonly call: Call;
  readonly method: UnaryMethod | undefined;
  /** Set exactly where `method` is not: the answer is known before the body is. */
  readonly answer: FixedAnswer | undefined;
  /** `content-length`, or -1. */
  readonly contentLength: number;
  /** `grpc-encoding` names a compression. */
  readonly compressed: boolean;
}

/** Why a request is malformed: a stream error PROTOCOL_ERROR. Source: RFC 9113 §8.1.1. */
export interface Malformed {
  readonly malformed: string;
}

export function isMalformed(result: RequestHead | Malformed): result is Malformed {
  return "malformed" in result;
}

// Source: RFC 9113 §8.2.2.
const connectionSpecific: ReadonlySet<string> = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

// Fields that the checks below read, and of which two would be one too many.
const single: ReadonlySet<string> = new Set([
  ":method",
  ":scheme",
  ":authority",
  ":path",
  "content-length",
  "content-type",
  "host",
  "grpc-timeout",
  "grpc-encoding",
]);

/** Checks a request's header list by RFC 9113 §8.2, §8.3 and finds what will answer it. */
export function interpretHead(fields: readonly Field[], routes: Routes, peer: Peer): RequestHead | Malformed {
  const seen = new Map<string, string>();
  let regular = false;
  for (const { name, value, valid } of fields) {
    if (!valid) {
      return { malformed: "invalid field name or value" };
    }
    const pseudo = name.startsWith(":");
    if (pseudo && (regular || !single.has(name))) {
      return { malformed: "misplaced or unknown pseudo-header field" };
    }
    regular ||= !pseudo;
    if (connectionSpecific.has(name) || (name === "te" && value.toLowerCase() !== "trailers")) {
      return { malformed: "connection-specific field" };
    }
    if (single.has(name)) {
      if (seen.has(name)) {
        return { malformed: "repeated field" };
      }
      seen.set(name, value);
    }
  }
  return malformedTarget(seen) ?? answerFor(fields, seen, routes, peer);
}

/** Source: RFC 9113 §8.3.1, §8.5. */
function malformedTarget(seen: ReadonlyMap<string, string>): Malformed | undefined {
  const method = seen.get(":method");
  const path = seen.get(":path");
  const authority = seen.get(":authority");
  const host = seen.get("host");
  if (method === undefined || method === "") {
    return { malformed: "no :method" };
  }
  if (method === "CONNECT") {
    return path === undefined && !seen.has(":scheme") && authority ? undefined : { malformed: "not a CONNECT request" };
  }
  if (!seen.get(":scheme") || path === undefined) {
    return { malformed: "no :scheme or :path" };
  }
  if (!path.startsWith("/") && !(method === "OPTIONS" && path === "*")) {
    return { malformed: "invalid :path" };
  }
  if (host !== undefined && authority !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return { malformed: "host differs from :authority" };
  }
  return undefined;
}

function answerFor(
  fields: readonly Field[],
  seen: ReadonlyMap<string, string>,
  routes: Routes,
  peer: Peer,
): RequestHead | Malformed {
  const length = seen.get("content-length");
  // RFC 9110 §8.6; fifteen digits stay exact in a double.
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) {
    return { malformed: "invalid content-length" };
  }
  const timeout = seen.get("grpc-timeout");
  const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseGrpcTimeout(timeout);
  const encoding = seen.get("grpc-encoding") ?? "identity";
  const method = routes.get(seen.get(":path") ?? "");
  const answer = fixedAnswer(seen, timeoutMs, method);
  return {
    call: { peer, timeoutMs: timeoutMs ?? 0, fields },
    method: answer === undefined ? method : undefined,
    answer,
    contentLength: length === undefined ? -1 : Number(length),
    compressed: encoding !== "identity",
  };
}

function fixedAnswer(
  seen: ReadonlyMap<string, string>,
  timeoutMs: number | undefined,
  method: UnaryMethod | undefined,
): FixedAnswer | undefined {
  const verb = seen.get(":method");
  if (!isGrpc(seen.get("content-type") ?? "")) {
    return verb === "HEAD" ? withoutBody(unsupportedMediaType) : unsupportedMediaType;
  }
  if (verb !== "POST") {
    return verb === "HEAD" ? withoutBody(methodNotAllowed) : methodNotAllowed;
  }
  if (timeoutMs === undefined) {
    return { status: GrpcStatus.internal, message: "malformed grpc-timeout" };
  }
  return method === undefined ? { status: GrpcStatus.unimplemented, message: "unknown method" } : undefined;
}

/** `application/grpc`, `application/grpc+proto`, `application/grpc;…`, but not `application/grpc-web`. */
function isGrpc(contentType: string): boolean {
  return /^application\/grpc(?:$|[+;])/i.test(contentType);
}

/** Why a trailer section is malformed, if it is: RFC 9113 §8.1 allows no pseudo-header field in it. */
export function malformedTrailers(fields: readonly Field[]): string | undefined {
  for (const { name, valid } of fields) {
    if (!valid || name.startsWith(":") || connectionSpecific.has(name)) {
      return "invalid trailer field";
    }
  }
  return undefined;
}
