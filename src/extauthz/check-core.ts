import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";

/** What the transport knows of one call. */
export interface CheckCall {
  /** When the caller stops waiting, in milliseconds since the epoch; `undefined` when it said nothing. */
  readonly deadline: number | undefined;
}

/** A CheckResponse, encoded: `encodeAnswer` or a prepared answer's `render` makes it. */
export type EncodedAnswer = Uint8Array;

export type CheckHandler = (request: Request, call: CheckCall) => EncodedAnswer | Promise<EncodedAnswer>;

/** An answer that the handler did not give. */
export interface CheckFault {
  readonly reason: Reason;
  /** What the handler threw, for `internal`. */
  readonly cause?: unknown;
}
