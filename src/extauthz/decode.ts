import type { Reason } from "../policy/model/reason.ts";
import type { Request } from "../policy/model/request.ts";
import { HEADER_STRIDE, HEADERS, MAX_SLOTS } from "./check-layout.ts";
import { CheckScanner } from "./check-scanner.ts";
import { DecodedRequest, type EntryTables } from "./decoded-request.ts";
import { wireText } from "./wire-text.ts";

/** A request, or why there is none: `request_undecodable`, `headers_too_many`, `headers_too_large`, `header_invalid`. */
type CheckDecoded = { readonly ok: true; readonly request: Request } | { readonly ok: false; readonly reason: Reason };

/** Reads a CheckRequest. Never throws. The request reads from `bytes` as long as it lives. */
export type CheckDecoder = (bytes: Uint8Array) => CheckDecoded;

/** Numbers in a slab of positions: room for some 150 ordinary requests in 64 KiB, so that no request pays for an array of its own. */
const SLAB = 16_384;

const REMEMBERED = 1024;
const EMPTY: ReadonlyMap<string, string> = new Map();

/** A decoder keeps scratch space and remembered tables; one serves a whole process. */
export function createCheckDecoder(): CheckDecoder {
  const scanner = new CheckScanner();
  const tables = createEntryTables(scanner);
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
    return { ok: true, request: new DecodedRequest(scanner, tables) };
  };
}

/**
 * Extensions and labels are the same for all requests of a route or a pod, so their tables are kept by the bytes that they were read from.
 * Only Envoy's configuration writes them, so that no caller can fill the memory; it is bounded all the same.
 */
function createEntryTables(scanner: CheckScanner): EntryTables {
  let remembered = new Map<string, ReadonlyMap<string, string>>();
  return {
    read(bytes, key, start, end, more) {
      if (key === "") return EMPTY;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const table = new Map<string, string>();
      const runs = [start, end, ...(more ?? [])];
      for (let index = 0; index < runs.length; index += 2) {
        scanner.entries(bytes, runs[index] as number, runs[index + 1] as number, (name, value) => {
          table.set(wireText(bytes, ...name), wireText(bytes, ...value));
        });
      }
      if (remembered.size >= REMEMBERED) remembered = new Map();
      remembered.set(key, table);
      return table;
    },
  };
}
