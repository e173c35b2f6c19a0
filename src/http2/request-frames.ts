import type { ConnectionContext } from "./connection-context.ts";
import { ErrorCode } from "./error-code.ts";
import { Flag, readUint31, readUint32 } from "./frame.ts";
import { prefixSize } from "./grpc/message-reader.ts";
import type { HeaderBlock } from "./header-block.ts";
import type { HeaderReader } from "./header-reader.ts";
import { isMalformed } from "./request-head.ts";
import type { Stream } from "./stream.ts";

/** The frames that make up requests: HEADERS, CONTINUATION and DATA, with the states of streams that RFC 9113 §5.1 allows them in. */
export class RequestFrames {
  readonly #context: ConnectionContext;
  readonly #headers: HeaderReader;
  readonly #block: HeaderBlock;

  constructor(context: ConnectionContext, headers: HeaderReader, block: HeaderBlock) {
    this.#context = context;
    this.#headers = headers;
    this.#block = block;
  }

  /** Source: RFC 9113 §6.1. */
  data(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const ctx = this.#context;
    const length = end - start;
    if (id === 0) {
      ctx.protocolError("DATA on stream 0");
      return;
    }
    if (!ctx.window.use(length)) {
      ctx.fail(ErrorCode.flowControlError, "protocol_errors", "DATA over the connection's window");
      return;
    }
    if ((flags & (Flag.endStream | Flag.padded)) === Flag.endStream) {
      const head = ctx.streams.take(id);
      if (head !== undefined) {
        const size = length - prefixSize;
        const { method } = head;
        if (
          method !== undefined &&
          size >= 0 &&
          size <= ctx.limits.maxMessageSize &&
          bytes[start] === 0 &&
          readUint32(bytes, start + 1) === size &&
          (head.contentLength < 0 || head.contentLength === length)
        ) {
          ctx.credit(length);
          ctx.calls.whole(id, head, method, bytes.subarray(start + prefixSize, end));
          return;
        }
        ctx.streams.add(ctx.createStream(id, head));
      }
    }
    ctx.settleStreams();
    const stream = ctx.streams.get(id);
    if (stream === undefined) {
      ctx.credit(length);
      this.#closed(id, "DATA");
    } else {
      this.#streamData(stream, bytes, flags, start, end);
    }
  }

  #streamData(stream: Stream, bytes: Uint8Array, flags: number, start: number, end: number): void {
    const ctx = this.#context;
    let from = start;
    let to = end;
    stream.receiveWindow -= end - start;
    if ((flags & Flag.padded) !== 0) {
      from = start + 1;
      to = end - (bytes[start] ?? 0);
      if (to < from) {
        ctx.protocolError("padding longer than its frame");
        return;
      }
    }
    ctx.credit(end - start - (to - from));
    if (stream.remoteClosed || stream.receiveWindow < 0) {
      ctx.credit(to - from);
      ctx.reset(stream, stream.remoteClosed ? ErrorCode.streamClosed : ErrorCode.flowControlError);
      return;
    }
    const ends = (flags & Flag.endStream) !== 0;
    const { contentLength } = stream.head;
    stream.received += to - from;
    if (contentLength >= 0 && (stream.received > contentLength || (ends && stream.received < contentLength))) {
      ctx.counters.malformed_requests++;
      ctx.credit(to - from);
      ctx.reset(stream, ErrorCode.protocolError);
      return;
    }
    if (from === to && !ends && !ctx.spend(ctx.guard.emptyData)) {
      return;
    }
    if (ends) {
      stream.remoteClosed = true;
    }
    ctx.calls.data(stream, bytes, from, to);
    if (ends) {
      ctx.calls.end(stream);
    } else if (stream.phase !== "gone" && stream.receiveWindow < ctx.streamWindow >>> 1) {
      ctx.frames.windowUpdate(stream.id, ctx.streamWindow - stream.receiveWindow);
      stream.receiveWindow = ctx.streamWindow;
    }
  }

  /** Source: RFC 9113 §6.2. */
  headers(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const ctx = this.#context;
    if (id === 0) {
      ctx.protocolError("HEADERS on stream 0");
      return;
    }
    let from = start;
    let to = end;
    let selfDependent = false;
    if ((flags & (Flag.padded | Flag.priority)) !== 0) {
      if ((flags & Flag.padded) !== 0) {
        from = start + 1;
        to = end - (bytes[start] ?? 0);
      }
      if ((flags & Flag.priority) !== 0) {
        selfDependent = to - from >= 5 && readUint31(bytes, from) === id;
        from += 5;
      }
      if (to < from || from > end) {
        ctx.protocolError("padding or priority longer than its frame");
        return;
      }
    }
    const ends = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) {
      this.#blockEnd(id, ends, selfDependent, bytes, from, to);
      return;
    }
    this.#block.begin(id, ends, selfDependent);
    this.#gather(bytes, from, to);
  }

  /** Source: RFC 9113 §6.10. */
  continuation(bytes: Uint8Array, flags: number, start: number, end: number): void {
    const ctx = this.#context;
    const block = this.#block;
    if (!block.open) {
      ctx.protocolError("CONTINUATION without HEADERS");
      return;
    }
    this.#gather(bytes, start, end);
    if (!ctx.stopped && (flags & Flag.endHeaders) !== 0) {
      block.open = false;
      this.#blockEnd(block.streamId, block.endStream, block.selfDependent, block.bytes, 0, block.length);
    }
  }

  #gather(bytes: Uint8Array, start: number, end: number): void {
    const ctx = this.#context;
    if (!this.#block.add(bytes, start, end)) {
      ctx.fail(ErrorCode.enhanceYourCalm, "continuation_flood", "a header block without end");
    }
  }

  /** A whole header block: a request's or its trailers. */
  #blockEnd(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    const ctx = this.#context;
    if (id % 2 === 0) {
      ctx.protocolError("a stream of ours");
    } else if (id > ctx.streams.lastId) {
      this.#request(id, ends, selfDependent, bytes, from, to);
    } else {
      this.#trailers(id, ends, selfDependent, bytes, from, to);
    }
  }

  #request(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    const ctx = this.#context;
    const head = this.#headers.head(bytes, from, to);
    if (head === undefined) {
      this.#headerFault();
      return;
    }
    if (ctx.drain === "final") {
      return;
    }
    ctx.streams.use(id);
    ctx.counters.requests++;
    if (isMalformed(head) || selfDependent) {
      ctx.counters.malformed_requests++;
      ctx.refuse(id, ErrorCode.protocolError);
    } else if (ctx.streams.active >= ctx.limits.maxConcurrentStreams) {
      ctx.counters.refused_streams++;
      ctx.refuse(id, ErrorCode.refusedStream);
    } else if (!ends) {
      ctx.streams.queue(id, head);
    } else {
      const stream = ctx.createStream(id, head);
      ctx.streams.add(stream);
      this.#end(stream);
    }
  }

  #trailers(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    const ctx = this.#context;
    const malformed = this.#headers.trailers(bytes, from, to);
    if (malformed === undefined) {
      this.#headerFault();
      return;
    }
    ctx.settleStreams();
    const stream = ctx.streams.get(id);
    if (stream === undefined) {
      this.#closed(id, "HEADERS");
    } else if (stream.remoteClosed) {
      ctx.reset(stream, ErrorCode.streamClosed);
    } else if (!ends || selfDependent || malformed !== "") {
      ctx.counters.malformed_requests++;
      ctx.reset(stream, ErrorCode.protocolError);
    } else {
      this.#end(stream);
    }
  }

  /** END_STREAM on HEADERS. */
  #end(stream: Stream): void {
    const ctx = this.#context;
    const { contentLength } = stream.head;
    if (contentLength >= 0 && stream.received !== contentLength) {
      ctx.counters.malformed_requests++;
      ctx.reset(stream, ErrorCode.protocolError);
      return;
    }
    ctx.calls.end(stream);
  }

  /** DATA or HEADERS for a stream that is not open. Source: RFC 9113 §5.1, §5.1.1. */
  #closed(id: number, what: "DATA" | "HEADERS"): void {
    const ctx = this.#context;
    switch (ctx.streams.kind(id)) {
      case "idle":
        if (ctx.isIdle(id)) {
          ctx.protocolError(`${what} on an idle stream`);
        }
        break;
      case "skipped":
        ctx.protocolError(`${what} on a stream that was skipped`);
        break;
      case "reset":
        ctx.spend(ctx.guard.idleFrames);
        break;
      case "closed":
        if (what === "HEADERS") {
          ctx.fail(ErrorCode.streamClosed, "protocol_errors", "HEADERS on a closed stream");
        } else {
          ctx.refuse(id, ErrorCode.streamClosed);
        }
        break;
    }
  }

  #headerFault(): void {
    const ctx = this.#context;
    const { fault } = this.#headers;
    ctx.fail(fault?.code ?? ErrorCode.compressionError, fault?.counter ?? "protocol_errors", fault?.reason ?? "");
  }
}
