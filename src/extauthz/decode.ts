import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";
import { ByteTable } from "./byte-table.ts";
import { HEADER_STRIDE, HEADERS, MAX_SLOTS } from "./check-layout.ts";
import { CheckScanner } from "./check-scanner.ts";
import { DecodedRequest } from "./decoded-request.ts";
import type { Entries, RecurringParts } from "./recurring-parts.ts";
import { byteString, wireText } from "./wire-text.ts";

/** A request, or why there is none: `request_undecodable`, `headers_too_many`, `headers_too_large`, `header_invalid`. */
type CheckDecoded = { readonly ok: true; readonly request: Request } | { readonly ok: false; readonly reason: Reason };

/** Reads a CheckRequest. Never throws. The request reads from `bytes` as long as it lives. */
export type CheckDecoder = (bytes: Uint8Array) => CheckDecoded;

/** Numbers in a slab of positions: room for some 150 ordinary requests in 64 KiB, so that no request pays for an array of its own. */
const SLAB = 16_384;

/** Bytes of a name, a host or a caller that comes again; what is longer is seldom seen twice. */
const LONGEST_TEXT = 256;
/** Bytes of a pod's labels, or of a route's extensions. */
const LONGEST_ENTRIES = 4096;

/** A decoder keeps scratch space and remembered tables; one serves a whole process. */
export function createCheckDecoder(): CheckDecoder {
  const scanner = new CheckScanner();
  const recurring = createRecurringParts(scanner);
  let slab = new Int32Array(SLAB);
  let used = 0;
  return (bytes) => {
    if (used + MAX_SLOTS > SLAB) {
      slab = new Int32Array(SLAB);
      used = 0;
    }
    scanner.slots = slab;
    scanner.base = used;
    const reason = scanner.scan(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const end = used + HEADERS + scanner.headers * HEADER_STRIDE;
    if (reason !== undefined) {
      slab.fill(0, used, end);
      return { ok: false, reason };
    }
    used = end;
    return { ok: true, request: new DecodedRequest(scanner, recurring) };
  };
}

/**
 * Extensions and labels are the same for all requests of a route or a pod, and hosts and callers are few: each is kept by the bytes that it was
 * read from.
 */
function createRecurringParts(scanner: CheckScanner): RecurringParts {
  const read = (bytes: Buffer, runs: readonly number[]): Entries => {
    const table = new Map<string, string>();
    let key = "";
    for (let index = 0; index < runs.length; index += 2) {
      const [start, end] = [runs[index] as number, runs[index + 1] as number];
      key += byteString(bytes, start, end);
      scanner.entries(bytes, start, end, (name, value) => {
        table.set(wireText(bytes, ...name), wireText(bytes, ...value));
      });
    }
    return { key, table };
  };
  const texts = new ByteTable(LONGEST_TEXT, byteString);
  const entries = new ByteTable(LONGEST_ENTRIES, (bytes, start, end) => read(bytes, [start, end]));
  return {
    text: (bytes, start, end) => texts.get(bytes, start, end),
    entries: (bytes, start, end, more) =>
      more === undefined ? entries.get(bytes, start, end) : read(bytes, [start, end, ...more]),
  };
}
