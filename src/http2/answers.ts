import type { GrpcFault } from "./call.ts";
import { encodeFields } from "./hpack/encoder.ts";

/** A whole response that is not gRPC: to callers that do not speak it, and where HTTP itself has the word. */
export interface HttpAnswer {
  /** The header block. */
  readonly block: Uint8Array;
  readonly body: Uint8Array;
}

/** What answers a call whatever its body says. */
export type FixedAnswer = HttpAnswer | GrpcFault;

export function isHttpAnswer(answer: FixedAnswer): answer is HttpAnswer {
  return "block" in answer;
}

/** `content-type` is not one of gRPC's. Source: gRPC over HTTP/2, Requests. */
export const unsupportedMediaType: HttpAnswer = textAnswer(415, "only application/grpc is answered here\n");

/** A gRPC content type, but not POST. Source: RFC 9110 §15.5.6. */
export const methodNotAllowed: HttpAnswer = textAnswer(405, "gRPC calls are POST requests\n", [["allow", "POST"]]);

/** Source: RFC 6585 §5, RFC 9113 §10.5.1. */
export const headerListTooLarge: HttpAnswer = textAnswer(431, "the header list is too large\n");

/** The same answer without its body, as HEAD wants it. Source: RFC 9110 §9.3.2. */
export function withoutBody(answer: HttpAnswer): HttpAnswer {
  return { block: answer.block, body: new Uint8Array(0) };
}

function textAnswer(status: number, text: string, more: readonly (readonly [string, string])[] = []): HttpAnswer {
  const body = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const block = encodeFields([
    [":status", String(status)],
    ["content-type", "text/plain; charset=utf-8"],
    ["content-length", String(body.length)],
    ...more,
  ]);
  return { block, body };
}
