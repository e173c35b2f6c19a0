import type { AllowAnswer, DenyAnswer } from "../policy/model/decision.ts";
import { isSettableHeaderValue } from "../policy/model/settable-header.ts";
import { encodeAllow } from "./encode-allow.ts";
import { type AnswerMetadata, encodeStruct } from "./encode-struct.ts";
import { createHeaderNames, type HeaderNames } from "./header-names.ts";
import { bytesField, textField, varintField } from "./wire-writer.ts";

/** `envoy.config.core.v3.HeaderValueOption.HeaderAppendAction` */
const APPEND_IF_EXISTS_OR_ADD = 0;
const OVERWRITE_IF_EXISTS_OR_ADD = 2;

/** gRPC status codes. Any of them makes Envoy deny; which one shows in its logs. */
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/**
 * A CheckResponse. What could harm is left out: a header that no policy may set (`isSettableHeader`) is not sent; a value that is not visible
 * ASCII is not sent either, and on the way to the service the header is removed, so that the caller's own does not stand in its place.
 */
export function encodeAnswer(answer: AllowAnswer | DenyAnswer, metadata: AnswerMetadata): Uint8Array {
  return Buffer.concat([encodeVerdict(answer, createHeaderNames()), bytesField(4, encodeStruct(metadata))]);
}

/** Everything of a CheckResponse but its metadata. */
export function encodeVerdict(answer: AllowAnswer | DenyAnswer, names: HeaderNames): Buffer {
  return answer.kind === "allow" ? encodeAllow(answer, names) : encodeDeny(answer, names);
}

function encodeDeny({ status, headers, body }: DenyAnswer, names: HeaderNames): Buffer {
  const http = Number.isInteger(status) && status >= 300 && status <= 599 ? status : 403;
  const code = http === 401 ? UNAUTHENTICATED : http >= 500 ? UNAVAILABLE : PERMISSION_DENIED;
  const parts = [bytesField(1, varintField(1, http))];
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const { key } = names(name);
    if (key === undefined || !isSettableHeaderValue(value)) continue;
    const action = varintField(3, seen.has(name) ? APPEND_IF_EXISTS_OR_ADD : OVERWRITE_IF_EXISTS_OR_ADD);
    parts.push(bytesField(2, bytesField(1, key, textField(2, value)), action));
    seen.add(name);
  }
  if (body !== "") parts.push(textField(3, body));
  return Buffer.concat([bytesField(1, varintField(1, code)), bytesField(2, ...parts)]);
}
