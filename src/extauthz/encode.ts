import type { AllowAnswer, DenyAnswer } from "../policy/model/decision.ts";
import { isSettableHeader, isSettableHeaderValue } from "../policy/model/settable-header.ts";
import { type AnswerMetadata, encodeStruct } from "./encode-struct.ts";
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
  return Buffer.concat([encodeVerdict(answer), bytesField(4, encodeStruct(metadata))]);
}

/** Everything of a CheckResponse but its metadata. */
export function encodeVerdict(answer: AllowAnswer | DenyAnswer): Buffer {
  return answer.kind === "allow" ? encodeAllow(answer) : encodeDeny(answer);
}

function encodeAllow({ setHeaders, removeHeaders, removeQueryParameters }: AllowAnswer): Buffer {
  const parts: Buffer[] = [];
  const remove = new Set(removeHeaders);
  for (const [name, value] of setHeaders) {
    if (isSettableHeaderValue(value)) parts.push(header(name, value, OVERWRITE_IF_EXISTS_OR_ADD));
    else remove.add(name);
  }
  for (const name of remove) {
    if (isRemovableHeader(name)) parts.push(textField(5, name));
  }
  for (const name of removeQueryParameters) parts.push(textField(8, name));
  // An OK status has no fields, but says that the answer has been thought about.
  return Buffer.concat([bytesField(1), bytesField(3, ...parts)]);
}

function encodeDeny({ status, headers, body }: DenyAnswer): Buffer {
  const http = Number.isInteger(status) && status >= 300 && status <= 599 ? status : 403;
  const code = http === 401 ? UNAUTHENTICATED : http >= 500 ? UNAVAILABLE : PERMISSION_DENIED;
  const seen = new Set<string>();
  const parts: Buffer[] = [];
  for (const [name, value] of headers) {
    if (isSettableHeaderValue(value))
      parts.push(header(name, value, seen.has(name) ? APPEND_IF_EXISTS_OR_ADD : OVERWRITE_IF_EXISTS_OR_ADD));
    seen.add(name);
  }
  return Buffer.concat([
    bytesField(1, varintField(1, code)),
    bytesField(2, bytesField(1, varintField(1, http)), ...parts, body === "" ? EMPTY : textField(3, body)),
  ]);
}

const EMPTY = Buffer.alloc(0);

function header(name: string, value: string, action: number): Buffer {
  if (!isSettableHeader(name)) return EMPTY;
  return bytesField(2, bytesField(1, textField(1, name), textField(2, value)), varintField(3, action));
}

/** An underscore twin may be removed though never set. */
function isRemovableHeader(name: string): boolean {
  return isSettableHeader(name.replaceAll("_", "-"));
}
