import type { AllowAnswer } from "../policy/model/decision.ts";
import { isSettableHeaderValue } from "../policy/model/settable-header.ts";
import type { HeaderNames } from "./header-names.ts";
import { fieldLength, textField, varintLength, writeVarint } from "./wire-writer.ts";

const HEADERS = 0x12;
const HEADER = 0x0a;
const VALUE = 0x12;
const APPEND_ACTION = 0x18;
/** `envoy.config.core.v3.HeaderValueOption.HeaderAppendAction` */
const OVERWRITE_IF_EXISTS_OR_ADD = 2;

/** An empty `status`, which says OK, and the tag of `ok_response`. */
const OK = [0x0a, 0x00, 0x1a] as const;

/** Tags and lengths around a header's name and value, at most. */
const OVERHEAD = 32;

/**
 * `status` and `ok_response` of a request that goes on. Answers with claims in their headers are made for each request, so this writes one buffer
 * from front to back and puts the length, known only then, before it.
 */
export function encodeAllow({ setHeaders, removeHeaders, removeQueryParameters }: AllowAnswer, names: HeaderNames): Buffer {
  let room = OVERHEAD;
  for (const [name, value] of setHeaders) room += name.length + value.length + OVERHEAD;
  for (const name of removeHeaders) room += name.length + OVERHEAD;
  for (const name of removeQueryParameters) room += name.length * 3 + OVERHEAD;
  const bytes = Buffer.allocUnsafe(room);
  const start = OVERHEAD;
  let pos = start;
  for (const [name, value] of setHeaders) {
    const { key, removal } = names(name);
    if (key === undefined) continue;
    pos = isSettableHeaderValue(value) ? writeHeader(bytes, pos, key, value) : write(bytes, pos, removal);
  }
  for (const name of removeHeaders) pos = write(bytes, pos, names(name).removal);
  for (const name of removeQueryParameters) pos = write(bytes, pos, textField(8, name));
  const length = pos - start;
  const first = start - OK.length - varintLength(length);
  bytes.set(OK, first);
  writeVarint(bytes, first + OK.length, length);
  return bytes.subarray(first, pos);
}

function writeHeader(bytes: Buffer, at: number, key: Buffer, value: string): number {
  const header = key.length + fieldLength(value.length);
  let pos = at;
  bytes[pos++] = HEADERS;
  pos = writeVarint(bytes, pos, fieldLength(header) + 2);
  bytes[pos++] = HEADER;
  pos = writeVarint(bytes, pos, header);
  pos = write(bytes, pos, key);
  bytes[pos++] = VALUE;
  pos = writeVarint(bytes, pos, value.length);
  bytes.write(value, pos, "latin1");
  pos += value.length;
  bytes[pos++] = APPEND_ACTION;
  bytes[pos++] = OVERWRITE_IF_EXISTS_OR_ADD;
  return pos;
}

function write(bytes: Buffer, at: number, part: Buffer | undefined): number {
  if (part === undefined) return at;
  bytes.set(part, at);
  return at + part.length;
}
