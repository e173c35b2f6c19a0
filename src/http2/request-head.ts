import { type FixedAnswer, methodNotAllowed, unsupportedMediaType, withoutBody } from "./answers.ts";
import type { Call, Peer, Routes, UnaryMethod } from "./call.ts";
import { GrpcStatus } from "./grpc/status.ts";
import { parseGrpcTimeout } from "./grpc/timeout.ts";
import { type Field, FieldRole, pseudoRoles, singleRoles } from "./hpack/field.ts";

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

/** The values of the fields that a request has once at most, by their roles. */
type Singles = (string | undefined)[];

/** Checks a request's header list by RFC 9113 §8.2, §8.3 and finds what will answer it. */
export function interpretHead(fields: readonly Field[], routes: Routes, peer: Peer): RequestHead | Malformed {
  const singles: Singles = [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined];
  let regular = false;
  for (const { value, valid, role } of fields) {
    if (!valid) {
      return { malformed: "invalid field name or value" };
    }
    if (role < singleRoles) {
      if (singles[role] !== undefined) {
        return { malformed: "repeated field" };
      }
      singles[role] = value;
    }
    if (role < pseudoRoles ? regular : role === FieldRole.unknownPseudo) {
      return { malformed: "misplaced or unknown pseudo-header field" };
    }
    regular ||= role >= pseudoRoles;
    if (role === FieldRole.connectionSpecific || (role === FieldRole.te && value.toLowerCase() !== "trailers")) {
      return { malformed: "connection-specific field" };
    }
  }
  return malformedTarget(singles) ?? answerFor(fields, singles, routes, peer);
}

/** Source: RFC 9113 §8.3.1, §8.5. */
function malformedTarget(singles: Singles): Malformed | undefined {
  const method = singles[FieldRole.method];
  const scheme = singles[FieldRole.scheme];
  const path = singles[FieldRole.path];
  const authority = singles[FieldRole.authority];
  const host = singles[FieldRole.host];
  if (method === undefined || method === "") {
    return { malformed: "no :method" };
  }
  if (method === "CONNECT") {
    return path === undefined && scheme === undefined && authority ? undefined : { malformed: "not a CONNECT request" };
  }
  if (!scheme || path === undefined) {
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

function answerFor(fields: readonly Field[], singles: Singles, routes: Routes, peer: Peer): RequestHead | Malformed {
  const length = singles[FieldRole.contentLength];
  // RFC 9110 §8.6; fifteen digits stay exact in a double.
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) {
    return { malformed: "invalid content-length" };
  }
  const timeout = singles[FieldRole.grpcTimeout];
  const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseGrpcTimeout(timeout);
  const method = routes.get(singles[FieldRole.path] ?? "");
  const answer = fixedAnswer(singles, timeoutMs, method);
  return {
    call: { peer, timeoutMs: timeoutMs ?? 0, fields },
    method: answer === undefined ? method : undefined,
    answer,
    contentLength: length === undefined ? -1 : Number(length),
    compressed: (singles[FieldRole.grpcEncoding] ?? "identity") !== "identity",
  };
}

function fixedAnswer(singles: Singles, timeoutMs: number | undefined, method: UnaryMethod | undefined): FixedAnswer | undefined {
  const verb = singles[FieldRole.method];
  if (!isGrpc(singles[FieldRole.contentType] ?? "")) {
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
  return contentType === "application/grpc" || /^application\/grpc(?:$|[+;])/i.test(contentType);
}

/** Why a trailer section is malformed, if it is: RFC 9113 §8.1 allows no pseudo-header field in it. */
export function malformedTrailers(fields: readonly Field[]): string | undefined {
  for (const { valid, role } of fields) {
    if (!valid || role < pseudoRoles || role === FieldRole.unknownPseudo || role === FieldRole.connectionSpecific) {
      return "invalid trailer field";
    }
  }
  return undefined;
}
