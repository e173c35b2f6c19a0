import type { Peer, Routes } from "./call.ts";
import { ConnectionContext, type ContextDeps } from "./connection-context.ts";
import { ControlFrames } from "./control-frames.ts";
import { ErrorCode } from "./error-code.ts";
import { Flag, FrameType, Setting } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { HeaderBlock } from "./header-block.ts";
import { HeaderReader } from "./header-reader.ts";
import type { Latin1 } from "./hpack/latin1.ts";
import { type BufferPool, Output } from "./output.ts";
import { RequestFrames } from "./request-frames.ts";

/**
 * `allocate` gives memory for what must be gathered, and so the handlers' messages are of its kind. `wake` tells of an answer that no read brought:
 * call `take` soon. `report` tells of a handler that threw or rejected; the call has been answered with INTERNAL.
 */
export interface ConnectionDeps extends ContextDeps {
  readonly routes: Routes;
  readonly peer: Peer;
  readonly pool: BufferPool;
  /** The runtime's own way to make strings of octets, where it has one. */
  readonly latin1?: Latin1 | undefined;
}

// The table size that HTTP/2 starts with, which we do not change (RFC 9113 §6.5.2).
const headerTableSize = 4096;

/**
 * The server's side of one HTTP/2 connection that carries unary gRPC calls, as a state machine: octets in by `receive`, octets out by `take`, time in
 * milliseconds from any monotonic clock by the `now` of either. When `finished`, send what `take` gives and close. Source: RFC 9113.
 */
export class Connection implements FrameSink {
  readonly #context: ConnectionContext;
  readonly #output: Output;
  readonly #reader: FrameReader;
  readonly #block: HeaderBlock;
  readonly #requests: RequestFrames;
  readonly #control: ControlFrames;
  readonly #startedAt: number;
  // What has begun and is not whole, by its number, and since when.
  #unfinishedFrame = 0;
  #frameSince = 0;
  #unfinishedBlock = 0;
  #blockSince = 0;
  #idleSince: number;
  #lastSeen = 0;
  #drainedAt = 0;
  #peerLeft = false;

  constructor(deps: ConnectionDeps, now: number) {
    const { limits } = deps;
    this.#output = new Output(deps.pool);
    const context = new ConnectionContext(deps, this.#output, now);
    this.#context = context;
    this.#reader = new FrameReader(deps.allocate);
    this.#block = new HeaderBlock(limits);
    const headers = new HeaderReader(limits, headerTableSize, deps.routes, deps.peer, deps.latin1);
    this.#requests = new RequestFrames(context, headers, this.#block);
    this.#control = new ControlFrames(context);
    this.#startedAt = now;
    this.#idleSince = now;
    context.frames.settings([
      [Setting.maxConcurrentStreams, limits.maxConcurrentStreams],
      [Setting.initialWindowSize, context.streamWindow],
      [Setting.maxHeaderListSize, limits.maxHeaderListSize],
      [Setting.noRfc7540Priorities, 1],
    ]);
    context.window.announce(context.frames);
  }

  /** Nothing is read any more. */
  get stopped(): boolean {
    return this.#context.stopped;
  }

  /** Nothing more will be answered: send the output and close. */
  get finished(): boolean {
    const { stopped, drain } = this.#context;
    return stopped || ((drain === "final" || this.#peerLeft) && this.pending === 0);
  }

  /** Calls that wait for their request, their answer, or room to send it. */
  get pending(): number {
    return this.#context.streams.open;
  }

  /** Handlers that still run for calls that are over. */
  get orphans(): number {
    return this.#context.streams.orphans;
  }

  receive(bytes: Uint8Array, now: number): void {
    const context = this.#context;
    if (context.stopped) {
      return;
    }
    context.now = now;
    context.guard.roll(now);
    this.#reader.push(bytes, this);
    context.settleStreams();
    this.#noteUnfinished(now);
    if (context.streams.lastId !== this.#lastSeen) {
      this.#lastSeen = context.streams.lastId;
      this.#idleSince = now;
    }
  }

  /** Passes the time: deadlines of calls, slow peers, idle connections. Call it a few times a second. */
  tick(now: number): void {
    const context = this.#context;
    if (context.stopped) {
      return;
    }
    context.now = now;
    context.guard.roll(now);
    const { limits, streams } = context;
    if (!(context.settingsReceived && context.settingsAcknowledged) && overdue(this.#startedAt, limits.handshakeTimeout, now)) {
      context.fail(ErrorCode.settingsTimeout, "slow_handshake", "no SETTINGS or no acknowledgement of ours");
      return;
    }
    if (this.#hasSlowPiece(now)) {
      context.fail(ErrorCode.enhanceYourCalm, "slow_frame", "a frame or header block stays unfinished");
      return;
    }
    for (const stream of streams.all) {
      if (now >= stream.deadline) {
        context.calls.expire(stream);
      }
    }
    if (context.drain === "noticed" && overdue(this.#drainedAt, limits.drainNotice, now)) {
      context.finalGoaway();
    }
    if (streams.open > 0) {
      this.#idleSince = now;
    } else if (context.drain === "no" && overdue(this.#idleSince, limits.idleTimeout, now)) {
      context.counters.idle_connections++;
      this.drain(now);
    }
  }

  /** Begins a graceful end: streams that the client opened before it knew are answered. Source: RFC 9113 §6.8. */
  drain(now: number): void {
    if (!this.stopped && this.#context.drain === "no") {
      this.#drainedAt = now;
      this.#control.announceDrain();
    }
  }

  /** The client will send no more: what it has asked is answered, and then it is over. */
  leave(): void {
    this.#peerLeft = true;
  }

  /** The octets to send, if any. */
  take(): Uint8Array | undefined {
    const context = this.#context;
    if (!context.stopped) {
      context.window.update(context.frames);
      if (context.sender.queued > context.limits.maxQueuedBytes) {
        context.fail(ErrorCode.enhanceYourCalm, "queue_overflow", "too many answers wait for a window");
      }
    }
    return this.#output.take();
  }

  /** After `take`, where all of it has been sent already: its memory may serve again. */
  recycle(): void {
    this.#output.recycle();
  }

  /** The transport is gone: lets go of everything. */
  abort(): void {
    this.#context.stop();
    this.#output.clear();
  }

  badPreface(): void {
    this.#context.protocolError("not the HTTP/2 preface");
  }

  frameTooLarge(): void {
    this.#context.fail(ErrorCode.frameSizeError, "protocol_errors", "frame over SETTINGS_MAX_FRAME_SIZE");
  }

  frame(bytes: Uint8Array, type: number, flags: number, id: number, start: number, end: number): void {
    const context = this.#context;
    if (this.#block.open && (type !== FrameType.continuation || id !== this.#block.streamId)) {
      context.protocolError("a header block is interrupted");
      return;
    }
    if (!context.settingsReceived && (type !== FrameType.settings || (flags & Flag.ack) !== 0)) {
      context.protocolError("the preface is not followed by SETTINGS");
      return;
    }
    switch (type) {
      case FrameType.data:
        this.#requests.data(bytes, flags, id, start, end);
        break;
      case FrameType.headers:
        this.#requests.headers(bytes, flags, id, start, end);
        break;
      case FrameType.priority:
        this.#control.priority(bytes, id, start, end);
        break;
      case FrameType.rstStream:
        this.#control.rstStream(id, end - start);
        break;
      case FrameType.settings:
        this.#control.settings(bytes, flags, id, start, end);
        break;
      case FrameType.pushPromise:
        context.protocolError("PUSH_PROMISE from a client");
        break;
      case FrameType.ping:
        this.#control.ping(bytes, flags, id, start, end);
        break;
      case FrameType.goaway:
        this.#control.goaway(id, end - start);
        break;
      case FrameType.windowUpdate:
        this.#control.windowUpdate(bytes, id, start, end);
        break;
      case FrameType.continuation:
        this.#requests.continuation(bytes, flags, start, end);
        break;
      default:
        // RFC 9113 §5.5: unknown frames are ignored, but not without end.
        context.spend(context.guard.idleFrames);
    }
  }

  // A busy connection has some frame cut by most reads: only one and the same that stays is slow.
  #noteUnfinished(now: number): void {
    const frame = this.#reader.unfinished;
    if (frame !== this.#unfinishedFrame) {
      this.#unfinishedFrame = frame;
      this.#frameSince = now;
    }
    const block = this.#block.unfinished;
    if (block !== this.#unfinishedBlock) {
      this.#unfinishedBlock = block;
      this.#blockSince = now;
    }
  }

  #hasSlowPiece(now: number): boolean {
    const { frameTimeout } = this.#context.limits;
    return (
      (this.#unfinishedFrame !== 0 && overdue(this.#frameSince, frameTimeout, now)) ||
      (this.#unfinishedBlock !== 0 && overdue(this.#blockSince, frameTimeout, now))
    );
  }
}

function overdue(since: number, limit: number, now: number): boolean {
  return limit > 0 && now - since >= limit;
}
