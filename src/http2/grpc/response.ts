import type { GrpcFault } from "../call.ts";
import { Flag, FrameType, frameHeadSize } from "../frame.ts";
import { encodeFields } from "../hpack/encoder.ts";
import { namesEncodings, prefixSize } from "./message-reader.ts";

/** The header block of every response with a message. */
export const responseBlock: Uint8Array = encodeFields([
  [":status", "200"],
  ["content-type", "application/grpc"],
]);

/** The trailer block of every call that succeeded. */
export const okTrailers: Uint8Array = encodeFields([["grpc-status", "0"]]);

/** A failed call as one block, headers and trailers in one ("Trailers-Only"). */
export function faultBlock(fault: GrpcFault): Uint8Array {
  const fields: [string, string][] = [
    [":status", "200"],
    ["content-type", "application/grpc"],
    ["grpc-status", String(fault.status)],
    ["grpc-message", percentEncode(fault.message)],
  ];
  if (namesEncodings(fault)) {
    fields.push(["grpc-accept-encoding", "identity"]);
  }
  return encodeFields(fields);
}

/** Source: gRPC over HTTP/2, Status-Message: UTF-8, percent-encoded outside printable ASCII. */
function percentEncode(text: string): string {
  let encoded = "";
  for (const octet of new TextEncoder().encode(text)) {
    encoded +=
      octet >= 0x20 && octet <= 0x7e && octet !== 0x25
        ? String.fromCharCode(octet)
        : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded.replace(/^ | $/g, "%20");
}

/**
 * What surrounds a message that fits one DATA frame: HEADERS, the head of DATA and the message's prefix before it, the trailers after it. To be copied
 * and patched: stream identifiers at `headersId`, `dataId` and `trailersId`, the lengths at `dataLength` and `messageLength`.
 */
export const beforeMessage: Uint8Array = concat(
  frame(FrameType.headers, Flag.endHeaders, responseBlock),
  frame(FrameType.data, 0, new Uint8Array(0)),
  new Uint8Array(prefixSize),
);
export const afterMessage: Uint8Array = frame(FrameType.headers, Flag.endHeaders | Flag.endStream, okTrailers);

export const headersId = 5;
export const dataLength: number = frameHeadSize + responseBlock.length;
export const dataId: number = dataLength + 5;
export const messageLength: number = dataLength + frameHeadSize + 1;
export const trailersId = 5;

function frame(type: number, flags: number, payload: Uint8Array): Uint8Array {
  const length = payload.length;
  return concat(Uint8Array.of(length >>> 16, length >>> 8, length, type, flags, 0, 0, 0, 0), payload);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
