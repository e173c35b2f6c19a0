import { headerListTooLarge, withoutBody } from "./answers.ts";
import type { Peer, Routes } from "./call.ts";
import type { CounterName } from "./counters.ts";
import { ErrorCode } from "./error-code.ts";
import { HpackDecoder } from "./hpack/decoder.ts";
import type { Field } from "./hpack/field.ts";
import type { Latin1 } from "./hpack/latin1.ts";
import type { Limits } from "./limits.ts";
import { interpretHead, type Malformed, malformedTrailers, type RequestHead } from "./request-head.ts";

/** What ends the connection, and under which name it is counted. */
export interface ConnectionFault {
  readonly code: ErrorCode;
  readonly counter: CounterName;
  readonly reason: string;
}

interface CachedHead {
  readonly block: Uint8Array;
  readonly head: RequestHead;
}

// gRPC peers repeat one header block for every call of a method; a few methods share a connection.
const cachedBlocks = 4;
const longestCachedBlock = 256;

/** Header blocks of one connection → what they mean. */
export class HeaderReader {
  /** After a read that returned nothing. */
  fault: ConnectionFault | undefined;
  readonly #limits: Limits;
  readonly #routes: Routes;
  readonly #peer: Peer;
  readonly #decoder: HpackDecoder;
  #cache: CachedHead[] = [];
  #cacheGeneration = 0;

  constructor(limits: Limits, tableSize: number, routes: Routes, peer: Peer, latin1: Latin1 | undefined) {
    this.#limits = limits;
    this.#routes = routes;
    this.#peer = peer;
    const { maxHeaderListSize: maxListSize, maxHeaderFields: maxFields } = limits;
    this.#decoder = new HpackDecoder({ tableSize, maxListSize, maxFields }, latin1);
  }

  /**
   * The meaning of a block that was seen before, if the tables still give it the same. Only blocks that change no table are remembered, so nothing is
   * skipped by not decoding one.
   */
  cached(bytes: Uint8Array, start: number, end: number): RequestHead | undefined {
    if (this.#cacheGeneration !== this.#decoder.generation) {
      return undefined;
    }
    const length = end - start;
    for (const { block, head } of this.#cache) {
      if (block.length === length && equalAt(block, bytes, start)) {
        return head;
      }
    }
    return undefined;
  }

  /** Decodes the header block that opens a request. Nothing: see `fault`. */
  head(bytes: Uint8Array, start: number, end: number): RequestHead | Malformed | undefined {
    const known = this.cached(bytes, start, end);
    if (known !== undefined) {
      return known;
    }
    const fields = this.#decode(bytes, start, end);
    if (fields === undefined) {
      return undefined;
    }
    if (this.#decoder.oversize) {
      const toHead = fields.some(({ name, value }) => name === ":method" && value === "HEAD");
      const answer = toHead ? withoutBody(headerListTooLarge) : headerListTooLarge;
      const call = { peer: this.#peer, timeoutMs: 0, fields };
      return { call, method: undefined, answer, contentLength: -1, compressed: false };
    }
    const result = interpretHead(fields, this.#routes, this.#peer);
    if (this.#decoder.stateless && end - start <= longestCachedBlock && "call" in result) {
      this.#remember({ block: bytes.slice(start, end), head: result });
    }
    return result;
  }

  /** Decodes a block only for the state of the tables and for what is wrong with it as trailers. Nothing is wrong: the empty string. */
  trailers(bytes: Uint8Array, start: number, end: number): string | undefined {
    const fields = this.#decode(bytes, start, end);
    return fields === undefined ? undefined : (malformedTrailers(fields) ?? "");
  }

  #decode(bytes: Uint8Array, start: number, end: number): Field[] | undefined {
    const fields: Field[] = [];
    const reason = this.#decoder.decode(bytes, start, end, fields);
    if (reason !== undefined) {
      this.fault = { code: ErrorCode.compressionError, counter: "protocol_errors", reason };
      return undefined;
    }
    if (this.#decoder.listSize > this.#limits.maxHeaderListSize * this.#limits.headerBombFactor) {
      this.fault = { code: ErrorCode.enhanceYourCalm, counter: "header_bomb", reason: "header list far over the limit" };
      return undefined;
    }
    return fields;
  }

  #remember(cached: CachedHead): void {
    if (this.#cacheGeneration !== this.#decoder.generation) {
      this.#cache = [];
      this.#cacheGeneration = this.#decoder.generation;
    }
    if (this.#cache.length === cachedBlocks) {
      this.#cache.pop();
    }
    this.#cache.unshift(cached);
  }
}

function equalAt(block: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < block.length; at++) {
    if (block[at] !== bytes[start + at]) {
      return false;
    }
  }
  return true;
}
