import type { Peer, Routes } from "./call.ts";
import { Calls, type CallsHost } from "./calls.ts";
import type { CounterName, Counters } from "./counters.ts";
import { ErrorCode } from "./error-code.ts";
import { defaultWindow, Flag, FrameType, maxWindow, readUint31, readUint32, Setting } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { prefixSize } from "./grpc/message-reader.ts";
import { type Budget, Guard } from "./guard.ts";
import { HeaderBlock } from "./header-block.ts";
import { HeaderReader } from "./header-reader.ts";
import type { Limits } from "./limits.ts";
import { type Allocate, type BufferPool, Output } from "./output.ts";
import { isMalformed, type RequestHead } from "./request-head.ts";
import { Sender } from "./sender.ts";
import { settingFault } from "./settings.ts";
import { Stream } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";

export interface ConnectionDeps {
  readonly routes: Routes;
  readonly peer: Peer;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly pool: BufferPool;
  /** Memory for what must be gathered; the handlers' messages are of its kind. */
  readonly allocate: Allocate;
  /** An answer is ready that no read brought: call `take` soon. */
  wake(): void;
  /** A handler threw or rejected; the call has been answered with INTERNAL. */
  report(error: unknown): void;
}

// The table size that HTTP/2 starts with, which we do not change (RFC 9113 §6.5.2).
const headerTableSize = 4096;
const drainPing = Uint8Array.of(0x73, 0x61, 0x6c, 0x6c, 0x79, 0x70, 0x72, 0x74);

/** How far a graceful end has come: both GOAWAYs of RFC 9113 §6.8. */
type Drain = "no" | "noticed" | "final";

/**
 * The server's side of one HTTP/2 connection that carries unary gRPC calls, as a state machine: octets in by `receive`, octets out by `take`, time in
 * milliseconds from any monotonic clock by the `now` of either. When `finished`, send what `take` gives and close. Source: RFC 9113.
 */
export class Connection implements FrameSink, CallsHost {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly allocate: Allocate;
  readonly guard: Guard;
  readonly streams: StreamTable = new StreamTable();
  readonly frames: FrameWriter;
  stopped = false;
  readonly #deps: ConnectionDeps;
  readonly #output: Output;
  readonly #reader: FrameReader;
  readonly #headers: HeaderReader;
  readonly #block: HeaderBlock;
  readonly #sender: Sender;
  readonly #calls: Calls;
  readonly #streamWindow: number;
  readonly #fullWindow: number;
  readonly #startedAt: number;
  readonly #create = (id: number, head: RequestHead): Stream => this.createStream(id, head);
  #now: number;
  #receiveWindow: number;
  #credit = 0;
  #settingsReceived = false;
  #settingsAcknowledged = false;
  #partialSince = -1;
  #idleSince: number;
  #lastSeen = 0;
  #drain: Drain = "no";
  #drainedAt = 0;
  #peerLeaves = false;

  constructor(deps: ConnectionDeps, now: number) {
    const { limits } = deps;
    this.#deps = deps;
    this.limits = limits;
    this.counters = deps.counters;
    this.allocate = deps.allocate;
    this.guard = new Guard(limits, now);
    this.#output = new Output(deps.pool);
    this.frames = new FrameWriter(this.#output);
    this.#reader = new FrameReader(deps.allocate);
    this.#headers = new HeaderReader(limits, headerTableSize, deps.routes, deps.peer);
    this.#block = new HeaderBlock(limits);
    this.#sender = new Sender(this.#output, this.frames, (stream) => this.#calls.over(stream));
    this.#calls = new Calls(this, this.#sender);
    this.#now = now;
    this.#startedAt = now;
    this.#idleSince = now;
    // A stream's window never holds a legal message back, so it needs no updates but for padding.
    this.#streamWindow = Math.min(maxWindow, Math.max(defaultWindow, limits.maxMessageSize + 2 * prefixSize));
    this.#fullWindow = Math.min(maxWindow, Math.max(limits.connectionWindow, 2 * this.#streamWindow));
    this.#receiveWindow = this.#fullWindow;
    this.frames.settings([
      [Setting.maxConcurrentStreams, limits.maxConcurrentStreams],
      [Setting.initialWindowSize, this.#streamWindow],
      [Setting.maxHeaderListSize, limits.maxHeaderListSize],
      [Setting.noRfc7540Priorities, 1],
    ]);
    this.frames.windowUpdate(0, this.#fullWindow - defaultWindow);
  }

  /** Nothing more will be answered: send the output and close. */
  get finished(): boolean {
    return this.stopped || ((this.#drain === "final" || this.#peerLeaves) && this.streams.open === 0);
  }

  /** Calls that wait for their request, their answer, or room to send it. */
  get pending(): number {
    return this.streams.open;
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.stopped) {
      return;
    }
    this.#now = now;
    this.guard.roll(now);
    this.#reader.push(bytes, this);
    if (this.stopped) {
      return;
    }
    this.streams.settle(this.#create);
    if (this.#credit >= this.#fullWindow >>> 2) {
      this.frames.windowUpdate(0, this.#credit);
      this.#receiveWindow += this.#credit;
      this.#credit = 0;
    }
    if (this.#sender.queued > this.limits.maxQueuedBytes) {
      this.#fail(ErrorCode.enhanceYourCalm, "queue_overflow", "too many answers wait for a window");
    }
    this.#partialSince = this.#reader.midFrame || this.#block.open ? (this.#partialSince < 0 ? now : this.#partialSince) : -1;
    if (this.streams.lastId !== this.#lastSeen) {
      this.#lastSeen = this.streams.lastId;
      this.#idleSince = now;
    }
  }

  /** Passes the time: deadlines of calls, slow peers, idle connections. Call it a few times a second. */
  tick(now: number): void {
    if (this.stopped) {
      return;
    }
    this.#now = now;
    this.guard.roll(now);
    const { limits } = this;
    const handshakeOver = this.#settingsReceived && this.#settingsAcknowledged;
    if (!handshakeOver && overdue(this.#startedAt, limits.handshakeTimeout, now)) {
      this.#fail(ErrorCode.settingsTimeout, "slow_handshake", "no SETTINGS or no acknowledgement of ours");
      return;
    }
    if (this.#partialSince >= 0 && overdue(this.#partialSince, limits.frameTimeout, now)) {
      this.#fail(ErrorCode.enhanceYourCalm, "slow_frame", "a frame or header block stays unfinished");
      return;
    }
    for (const stream of this.streams.all) {
      if (now >= stream.deadline) {
        this.#calls.expire(stream);
      }
    }
    if (this.#drain === "noticed" && overdue(this.#drainedAt, limits.drainNotice, now)) {
      this.#finalGoaway();
    }
    if (this.streams.open > 0) {
      this.#idleSince = now;
    } else if (this.#drain === "no" && overdue(this.#idleSince, limits.idleTimeout, now)) {
      this.counters.idle_connections++;
      this.drain(now);
    }
  }

  /** Begins a graceful end: streams that the client opened before it knew are answered. Source: RFC 9113 §6.8. */
  drain(now: number): void {
    if (this.stopped || this.#drain !== "no") {
      return;
    }
    this.#drain = "noticed";
    this.#drainedAt = now;
    this.frames.goaway(maxWindow, ErrorCode.noError, "");
    this.frames.ping(drainPing, 0, 0);
  }

  /** The client will send no more: what it has asked is answered, and then it is over. */
  leave(): void {
    this.#peerLeaves = true;
  }

  /** The octets to send, if any. */
  take(): Uint8Array | undefined {
    return this.#output.take();
  }

  /** After `take`, where all of it has been sent already: its memory may serve again. */
  recycle(): void {
    this.#output.recycle();
  }

  /** The transport is gone: lets go of everything. */
  abort(): void {
    this.#stop();
    this.#output.clear();
  }

  createStream(id: number, head: RequestHead): Stream {
    return new Stream(id, head, this.deadlineIn(this.limits.requestTimeout), this.#streamWindow);
  }

  credit(octets: number): void {
    this.#credit += octets;
  }

  deadlineIn(ms: number): number {
    return ms === 0 ? Number.POSITIVE_INFINITY : this.#now + ms;
  }

  wake(): void {
    this.#deps.wake();
  }

  report(error: unknown): void {
    this.#deps.report(error);
  }

  badPreface(): void {
    this.#protocolError("not the HTTP/2 preface");
  }

  frameTooLarge(): void {
    this.#fail(ErrorCode.frameSizeError, "protocol_errors", "frame over SETTINGS_MAX_FRAME_SIZE");
  }

  frame(bytes: Uint8Array, type: number, flags: number, id: number, start: number, end: number): void {
    if (this.#block.open && (type !== FrameType.continuation || id !== this.#block.streamId)) {
      this.#protocolError("a header block is interrupted");
      return;
    }
    if (!this.#settingsReceived && (type !== FrameType.settings || (flags & Flag.ack) !== 0)) {
      this.#protocolError("the preface is not followed by SETTINGS");
      return;
    }
    switch (type) {
      case FrameType.data:
        this.#onData(bytes, flags, id, start, end);
        break;
      case FrameType.headers:
        this.#onHeaders(bytes, flags, id, start, end);
        break;
      case FrameType.priority:
        this.#onPriority(bytes, id, start, end);
        break;
      case FrameType.rstStream:
        this.#onRstStream(id, end - start);
        break;
      case FrameType.settings:
        this.#onSettings(bytes, flags, id, start, end);
        break;
      case FrameType.pushPromise:
        this.#protocolError("PUSH_PROMISE from a client");
        break;
      case FrameType.ping:
        this.#onPing(bytes, flags, id, start, end);
        break;
      case FrameType.goaway:
        this.#onGoaway(id, end - start);
        break;
      case FrameType.windowUpdate:
        this.#onWindowUpdate(bytes, id, start, end);
        break;
      case FrameType.continuation:
        this.#onContinuation(bytes, flags, start, end);
        break;
      default:
        // RFC 9113 §5.5: unknown frames are ignored, but not without end.
        this.#spend(this.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.1. */
  #onData(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const length = end - start;
    if (id === 0) {
      this.#protocolError("DATA on stream 0");
      return;
    }
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) {
      this.#fail(ErrorCode.flowControlError, "protocol_errors", "DATA over the connection's window");
      return;
    }
    if ((flags & (Flag.endStream | Flag.padded)) === Flag.endStream) {
      const head = this.streams.take(id);
      if (head !== undefined) {
        const size = length - prefixSize;
        const { method } = head;
        if (
          method !== undefined &&
          size >= 0 &&
          size <= this.limits.maxMessageSize &&
          bytes[start] === 0 &&
          readUint32(bytes, start + 1) === size &&
          (head.contentLength < 0 || head.contentLength === length)
        ) {
          this.#credit += length;
          this.#calls.whole(id, head, method, bytes.subarray(start + prefixSize, end));
          return;
        }
        this.streams.add(this.createStream(id, head));
      }
    }
    this.streams.settle(this.#create);
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.#credit += length;
      this.#onClosed(id, "DATA");
    } else {
      this.#onStreamData(stream, bytes, flags, start, end);
    }
  }

  #onStreamData(stream: Stream, bytes: Uint8Array, flags: number, start: number, end: number): void {
    let from = start;
    let to = end;
    stream.receiveWindow -= end - start;
    if ((flags & Flag.padded) !== 0) {
      from = start + 1;
      to = end - (bytes[start] ?? 0);
      if (to < from) {
        this.#protocolError("padding longer than its frame");
        return;
      }
    }
    this.#credit += end - start - (to - from);
    if (stream.remoteClosed || stream.receiveWindow < 0) {
      this.#credit += to - from;
      this.#reset(stream, stream.remoteClosed ? ErrorCode.streamClosed : ErrorCode.flowControlError);
      return;
    }
    const ends = (flags & Flag.endStream) !== 0;
    const { contentLength } = stream.head;
    stream.received += to - from;
    if (contentLength >= 0 && (stream.received > contentLength || (ends && stream.received < contentLength))) {
      this.counters.malformed_requests++;
      this.#credit += to - from;
      this.#reset(stream, ErrorCode.protocolError);
      return;
    }
    if (from === to && !ends && !this.#spend(this.guard.emptyData)) {
      return;
    }
    if (ends) {
      stream.remoteClosed = true;
    }
    this.#calls.data(stream, bytes, from, to);
    if (ends) {
      this.#calls.end(stream);
    } else if (stream.phase !== "gone" && stream.receiveWindow < this.#streamWindow >>> 1) {
      this.frames.windowUpdate(stream.id, this.#streamWindow - stream.receiveWindow);
      stream.receiveWindow = this.#streamWindow;
    }
  }

  /** Source: RFC 9113 §6.2. */
  #onHeaders(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    if (id === 0) {
      this.#protocolError("HEADERS on stream 0");
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
        this.#protocolError("padding or priority longer than its frame");
        return;
      }
    }
    const ends = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) {
      this.#onBlock(id, ends, selfDependent, bytes, from, to);
      return;
    }
    this.#block.begin(id, ends, selfDependent);
    this.#gather(bytes, from, to);
  }

  /** Source: RFC 9113 §6.10. */
  #onContinuation(bytes: Uint8Array, flags: number, start: number, end: number): void {
    const block = this.#block;
    if (!block.open) {
      this.#protocolError("CONTINUATION without HEADERS");
      return;
    }
    this.#gather(bytes, start, end);
    if (!this.stopped && (flags & Flag.endHeaders) !== 0) {
      block.open = false;
      this.#onBlock(block.streamId, block.endStream, block.selfDependent, block.bytes, 0, block.length);
    }
  }

  #gather(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#block.add(bytes, start, end)) {
      this.#fail(ErrorCode.enhanceYourCalm, "continuation_flood", "a header block without end");
    }
  }

  /** A whole header block: a request's or its trailers. */
  #onBlock(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    if (id % 2 === 0) {
      this.#protocolError("a stream of ours");
    } else if (id > this.streams.lastId) {
      this.#onRequest(id, ends, selfDependent, bytes, from, to);
    } else {
      this.#onTrailers(id, ends, selfDependent, bytes, from, to);
    }
  }

  #onRequest(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    const head = this.#headers.head(bytes, from, to);
    if (head === undefined) {
      this.#headerFault();
      return;
    }
    if (this.#drain === "final") {
      return;
    }
    this.streams.use(id);
    this.counters.requests++;
    if (isMalformed(head) || selfDependent) {
      this.counters.malformed_requests++;
      this.#refuse(id, ErrorCode.protocolError);
    } else if (this.streams.active >= this.limits.maxConcurrentStreams) {
      this.counters.refused_streams++;
      this.#refuse(id, ErrorCode.refusedStream);
    } else if (!ends) {
      this.streams.queue(id, head);
    } else {
      const stream = this.createStream(id, head);
      this.streams.add(stream);
      this.#end(stream);
    }
  }

  #onTrailers(id: number, ends: boolean, selfDependent: boolean, bytes: Uint8Array, from: number, to: number): void {
    const malformed = this.#headers.trailers(bytes, from, to);
    if (malformed === undefined) {
      this.#headerFault();
      return;
    }
    this.streams.settle(this.#create);
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.#onClosed(id, "HEADERS");
    } else if (stream.remoteClosed) {
      this.#reset(stream, ErrorCode.streamClosed);
    } else if (!ends || selfDependent || malformed !== "") {
      this.counters.malformed_requests++;
      this.#reset(stream, ErrorCode.protocolError);
    } else {
      this.#end(stream);
    }
  }

  /** END_STREAM on HEADERS. */
  #end(stream: Stream): void {
    const { contentLength } = stream.head;
    if (contentLength >= 0 && stream.received !== contentLength) {
      this.counters.malformed_requests++;
      this.#reset(stream, ErrorCode.protocolError);
      return;
    }
    this.#calls.end(stream);
  }

  /** Source: RFC 9113 §5.3, §6.3: the contents mean nothing any more. */
  #onPriority(bytes: Uint8Array, id: number, start: number, end: number): void {
    if (id === 0) {
      this.#protocolError("PRIORITY on stream 0");
    } else if (end - start !== 5) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "PRIORITY of a wrong size");
    } else if (readUint31(bytes, start) === id) {
      this.#protocolError("a stream that depends on itself");
    } else {
      this.#spend(this.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.4. */
  #onRstStream(id: number, length: number): void {
    if (length !== 4) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "RST_STREAM of a wrong size");
      return;
    }
    this.streams.settle(this.#create);
    const stream = this.streams.get(id);
    if (stream !== undefined) {
      this.counters.cancelled++;
      this.#calls.forget(stream);
      this.#spend(this.guard.resets);
    } else if (this.#isIdle(id)) {
      this.#protocolError("RST_STREAM on an idle stream");
    } else {
      this.#spend(this.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.5. */
  #onSettings(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    const length = end - start;
    if (id !== 0) {
      this.#protocolError("SETTINGS on a stream");
      return;
    }
    if ((flags & Flag.ack) !== 0) {
      this.#settingsAcknowledged = true;
      if (length !== 0) {
        this.#fail(ErrorCode.frameSizeError, "protocol_errors", "SETTINGS acknowledgement with a payload");
        return;
      }
      this.#spend(this.guard.settings);
      return;
    }
    if (length % 6 !== 0) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "SETTINGS of a wrong size");
      return;
    }
    this.#settingsReceived = true;
    if (!this.#spend(this.guard.settings)) {
      return;
    }
    this.streams.settle(this.#create);
    for (let at = start; at < end; at += 6) {
      if (!this.#applySetting(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0), readUint32(bytes, at + 2))) {
        return;
      }
    }
    this.frames.settingsAck();
    this.#sender.resume(this.streams.all);
  }

  #applySetting(id: number, value: number): boolean {
    const fault = settingFault(id, value);
    if (fault !== undefined) {
      this.#fail(fault.code, "protocol_errors", fault.reason);
      return false;
    }
    if (id === Setting.maxFrameSize) {
      this.#sender.maxFrameSize = value;
    } else if (id === Setting.initialWindowSize && !this.#sender.setInitialWindow(value, this.streams.all)) {
      this.#fail(ErrorCode.flowControlError, "protocol_errors", "a stream's window over 2^31-1");
      return false;
    }
    return true;
  }

  /** Source: RFC 9113 §6.7. */
  #onPing(bytes: Uint8Array, flags: number, id: number, start: number, end: number): void {
    if (id !== 0) {
      this.#protocolError("PING on a stream");
    } else if (end - start !== 8) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "PING of a wrong size");
    } else if (this.#spend(this.guard.pings)) {
      if ((flags & Flag.ack) === 0) {
        this.frames.ping(bytes, start, Flag.ack);
      } else if (this.#drain === "noticed" && drainPing.every((octet, at) => bytes[start + at] === octet)) {
        this.#finalGoaway();
      }
    }
  }

  /** Source: RFC 9113 §6.8. */
  #onGoaway(id: number, length: number): void {
    if (id !== 0) {
      this.#protocolError("GOAWAY on a stream");
    } else if (length < 8) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "GOAWAY of a wrong size");
    } else {
      this.#peerLeaves = true;
      this.#spend(this.guard.idleFrames);
    }
  }

  /** Source: RFC 9113 §6.9. */
  #onWindowUpdate(bytes: Uint8Array, id: number, start: number, end: number): void {
    if (end - start !== 4) {
      this.#fail(ErrorCode.frameSizeError, "protocol_errors", "WINDOW_UPDATE of a wrong size");
      return;
    }
    if (!this.#spend(this.guard.windowUpdates)) {
      return;
    }
    const increment = readUint31(bytes, start);
    if (id === 0) {
      if (increment === 0) {
        this.#protocolError("WINDOW_UPDATE of 0");
      } else if (!this.#sender.widenConnection(increment)) {
        this.#fail(ErrorCode.flowControlError, "protocol_errors", "the connection's window over 2^31-1");
      }
      return;
    }
    this.streams.settle(this.#create);
    const stream = this.streams.get(id);
    if (stream === undefined) {
      if (this.#isIdle(id)) {
        this.#protocolError("WINDOW_UPDATE on an idle stream");
      }
    } else if (increment === 0) {
      this.#reset(stream, ErrorCode.protocolError);
    } else if (!this.#sender.widenStream(stream, increment)) {
      this.#reset(stream, ErrorCode.flowControlError);
    }
  }

  /** DATA or HEADERS for a stream that is not open. Source: RFC 9113 §5.1, §5.1.1. */
  #onClosed(id: number, what: "DATA" | "HEADERS"): void {
    switch (this.streams.kind(id)) {
      case "idle":
        if (this.#isIdle(id)) {
          this.#protocolError(`${what} on an idle stream`);
        }
        break;
      case "skipped":
        this.#protocolError(`${what} on a stream that was skipped`);
        break;
      case "reset":
        this.#spend(this.guard.idleFrames);
        break;
      case "closed":
        if (what === "HEADERS") {
          this.#fail(ErrorCode.streamClosed, "protocol_errors", "HEADERS on a closed stream");
        } else {
          this.#refuse(id, ErrorCode.streamClosed);
        }
        break;
    }
  }

  /** After the last GOAWAY, streams above it are ignored, not idle (RFC 9113 §6.8). */
  #isIdle(id: number): boolean {
    return this.streams.kind(id) === "idle" && !(this.#drain === "final" && id % 2 === 1);
  }

  #finalGoaway(): void {
    this.#drain = "final";
    this.frames.goaway(this.streams.lastId, ErrorCode.noError, "");
  }

  /** A stream error on an open stream. Source: RFC 9113 §5.4.2. */
  #reset(stream: Stream, code: ErrorCode): void {
    this.#calls.reset(stream, code);
    this.#spend(this.guard.faults);
  }

  /** A stream error on one that has no object. */
  #refuse(id: number, code: ErrorCode): void {
    this.frames.rstStream(id, code);
    this.streams.forgive(id);
    this.#spend(this.guard.faults);
  }

  /** Counts against a budget; false: it is used up, and the connection is over. */
  #spend(budget: Budget): boolean {
    if (this.guard.spend(budget)) {
      return true;
    }
    this.#fail(ErrorCode.enhanceYourCalm, budget.counter, "too many frames of one kind");
    return false;
  }

  #headerFault(): void {
    const { fault } = this.#headers;
    this.#fail(fault?.code ?? ErrorCode.compressionError, fault?.counter ?? "protocol_errors", fault?.reason ?? "");
  }

  #protocolError(reason: string): void {
    this.#fail(ErrorCode.protocolError, "protocol_errors", reason);
  }

  /** A connection error. Source: RFC 9113 §5.4.1. */
  #fail(code: ErrorCode, counter: CounterName, reason: string): void {
    if (this.stopped) {
      return;
    }
    this.counters[counter]++;
    this.frames.goaway(this.streams.lastId, code, reason);
    this.#stop();
  }

  #stop(): void {
    this.stopped = true;
    this.streams.settle(this.#create);
    for (const stream of this.streams.all) {
      this.#calls.forget(stream);
    }
  }
}

function overdue(since: number, limit: number, now: number): boolean {
  return limit > 0 && now - since >= limit;
}
