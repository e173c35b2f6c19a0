import type { HeaderView } from "../policy/model/request.ts";

/** Written by Envoy wherever it buffered a body; Envoy drops the caller's own (ext_authz `with_request_body`). */
export const PARTIAL_BODY_HEADER = "x-envoy-auth-partial-body";

/**
 * Whether a body may be only a part. It is whole if Envoy says so, or, where that is not told, if `content-length` does; and never when any of
 * what is known contradicts: a second `x-envoy-auth-partial-body` beside Envoy's, a `content-length` that differs, or more bytes
 * received (`size`) than are here.
 */
export function isTruncated(headers: HeaderView, size: number, length: number): boolean {
  const partial = headers.values(PARTIAL_BODY_HEADER);
  const declared = headers.values("content-length");
  if (size > length || partial.some((value) => value !== "false")) return true;
  if (declared.length > 0)
    return declared.length > 1 || !/^\d{1,15}$/.test(declared[0] as string) || Number(declared[0]) !== length;
  return partial.length === 0;
}
