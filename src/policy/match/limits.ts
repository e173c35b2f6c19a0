import type { Reason } from "../model/reason.ts";

export const MAX_HEADERS = 100;
/** Names and values together, in bytes. */
export const MAX_HEADER_BYTES = 65_536;

/** Whether a request's headers are within bounds, from what was counted while they were decoded: each field counts, also a repeated one. */
export function headerLimit(
  fields: number,
  bytes: number,
): Extract<Reason, "headers_too_many" | "headers_too_large"> | undefined {
  if (fields > MAX_HEADERS) return "headers_too_many";
  return bytes > MAX_HEADER_BYTES ? "headers_too_large" : undefined;
}
