import type { HeaderView } from "../policy/model/request.ts";

/** Written by Envoy wherever it buffered a body; Envoy drops the caller's own (ext_authz `with_request_body`). */
export const PARTIAL_BODY_HEADER = "x-envoy-auth-partial-body";

/** A context extension: the filter's `max_request_bytes`, in digits. */
export const BODY_LIMIT_EXTENSION = "sallyport.maxRequestBytes";

const DIGITS = /^\d{1,15}$/;

/**
 * Whether a body may be only a part. It is whole if its one `content-length` is its length, or if Envoy says so and it is shorter than what
 * Envoy would buffer. Envoy's word is not enough: with `allow_partial_message` it asks as soon as its buffer is full and calls the body whole
 * if nothing more has come yet (seen with Envoy 1.40), so that a caller who sends exactly the limit, waits, and sends the rest
 * would have the rest pass unseen. Whatever contradicts makes the body a part: a second `x-envoy-auth-partial-body` beside Envoy's, or
 * more bytes received (`size`) than are here.
 */
export function isTruncated(headers: HeaderView, size: number, length: number, limit: string | undefined): boolean {
  const partial = headers.values(PARTIAL_BODY_HEADER);
  const declared = headers.values("content-length");
  if (size > length || partial.some((value) => value !== "false")) return true;
  if (declared.length > 0) return declared.length > 1 || !isNumber(declared[0], length);
  return partial.length === 0 || limit === undefined || !DIGITS.test(limit) || length >= Number(limit);
}

function isNumber(text: string | undefined, value: number): boolean {
  return text !== undefined && DIGITS.test(text) && Number(text) === value;
}
