/**
 * One header field. Octets stand one to one as characters (latin1), so nothing is lost or reinterpreted. Fields are immutable: the dynamic table
 * and every header list that refers to an entry share one object, and with it what was found out about the field when it came.
 */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Octets of name and value and 32 more. Source: RFC 7541 §4.1. */
  readonly size: number;
  /** False when name or value breaks RFC 9113 §8.2.1; the request that carries it is malformed. */
  readonly valid: boolean;
  readonly role: FieldRole;
}

/** What a field is to HTTP/2 and gRPC. Roles below {@link singleRoles} are of fields that a request has once at most, pseudo-headers first. */
export const FieldRole = {
  method: 0,
  scheme: 1,
  authority: 2,
  path: 3,
  contentLength: 4,
  contentType: 5,
  host: 6,
  grpcTimeout: 7,
  grpcEncoding: 8,
  te: 9,
  /** Source: RFC 9113 §8.2.2. */
  connectionSpecific: 10,
  unknownPseudo: 11,
  plain: 12,
} as const;

export type FieldRole = (typeof FieldRole)[keyof typeof FieldRole];

export const singleRoles = 9;

/** Pseudo-headers of requests have lower roles than all other fields. */
export const pseudoRoles = 4;

const roles: ReadonlyMap<string, FieldRole> = new Map<string, FieldRole>([
  [":method", FieldRole.method],
  [":scheme", FieldRole.scheme],
  [":authority", FieldRole.authority],
  [":path", FieldRole.path],
  ["content-length", FieldRole.contentLength],
  ["content-type", FieldRole.contentType],
  ["host", FieldRole.host],
  ["grpc-timeout", FieldRole.grpcTimeout],
  ["grpc-encoding", FieldRole.grpcEncoding],
  ["te", FieldRole.te],
  ["connection", FieldRole.connectionSpecific],
  ["proxy-connection", FieldRole.connectionSpecific],
  ["keep-alive", FieldRole.connectionSpecific],
  ["transfer-encoding", FieldRole.connectionSpecific],
  ["upgrade", FieldRole.connectionSpecific],
]);

// What a field costs in the table and in a header list beside its octets (RFC 7541 §4.1).
const fieldOverhead = 32;

// RFC 9110 §5.1: a field name is a token; RFC 9113 §8.2.1: in lower case. A colon may only come first, where it marks a pseudo-header.
const fieldName = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// RFC 9113 §8.2.1: neither NUL, CR or LF anywhere, nor white space at either end. The other controls are no field-content in RFC 9110 §5.5.
const fieldValue = /^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/;

/** A field with its size, its verdict and its role. */
export function createField(name: string, value: string): Field {
  return {
    name,
    value,
    size: name.length + value.length + fieldOverhead,
    valid: fieldName.test(name) && fieldValue.test(value),
    role: roles.get(name) ?? (name.startsWith(":") ? FieldRole.unknownPseudo : FieldRole.plain),
  };
}
