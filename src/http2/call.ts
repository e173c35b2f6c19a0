import type { GrpcStatus } from "./grpc/status.ts";
import type { Field } from "./hpack/field.ts";

/** Who is at the other end of a connection. */
export interface Peer {
  /** The IP address, without port; empty for a unix socket. */
  readonly address: string;
  /** The certificate that the peer proved to hold, DER. */
  readonly certificate: Uint8Array | undefined;
}

/** What a handler may know of a call beside its message. One object may serve many calls that are alike; do not hold per-call state on it. */
export interface Call {
  readonly peer: Peer;
  /** `grpc-timeout` in milliseconds; Infinity when the caller set none. */
  readonly timeoutMs: number;
  /** The request's header fields, pseudo-headers included, in the order received. */
  readonly fields: readonly Field[];
}

/** An answer without a message: the call failed. */
export interface GrpcFault {
  readonly status: GrpcStatus;
  readonly message: string;
}

/** The response message (no length prefix), or why there is none. */
export type Reply = Uint8Array | GrpcFault;

/**
 * A unary method. What is returned at once is answered in the same write as everything else of that read; a promise is answered when it settles, in
 * any order. A handler that throws or rejects is answered with INTERNAL.
 */
export interface UnaryMethod {
  /** `message` is a view that stays true after the handler returned. `now`: when its last octets were read, by the connection's clock. */
  handle(message: Uint8Array, call: Call, now: number): Reply | Promise<Reply>;
  /** The message announced `size` octets, more than `maxMessageSize`; it was not read. */
  tooLarge(size: number, call: Call): Reply | Promise<Reply>;
}

/** Methods by path, such as `/grpc.health.v1.Health/Check`. */
export type Routes = ReadonlyMap<string, UnaryMethod>;
