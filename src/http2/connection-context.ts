import { Calls, type CallsHost } from "./calls.ts";
import type { CounterName, Counters } from "./counters.ts";
import { ErrorCode } from "./error-code.ts";
import { defaultWindow, maxWindow } from "./frame.ts";
import { FrameWriter } from "./frame-writer.ts";
import { prefixSize } from "./grpc/message-reader.ts";
import { type Budget, Guard } from "./guard.ts";
import type { Limits } from "./limits.ts";
import type { Allocate, Output } from "./output.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { RequestHead } from "./request-head.ts";
import { Sender } from "./sender.ts";
import { Stream } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";

/** How far a graceful end has come: the two GOAWAYs of RFC 9113 §6.8. */
export type Drain = "no" | "noticed" | "final";

export interface ContextDeps {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly allocate: Allocate;
  wake(): void;
  report(error: unknown): void;
}

/** What the parts of one connection share: its state, and the ways to end a stream or all of it. */
export class ConnectionContext implements CallsHost {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly allocate: Allocate;
  readonly guard: Guard;
  readonly streams: StreamTable = new StreamTable();
  readonly frames: FrameWriter;
  readonly sender: Sender;
  readonly calls: Calls;
  readonly window: ReceiveWindow;
  /** What we let the peer send on a stream before we say more. It never holds a legal message back, so only padding calls for updates. */
  readonly streamWindow: number;
  now: number;
  /** Nothing is read or answered any more. */
  stopped = false;
  settingsReceived = false;
  settingsAcknowledged = false;
  drain: Drain = "no";
  readonly #deps: ContextDeps;
  readonly #create = (id: number, head: RequestHead): Stream => this.createStream(id, head);

  constructor(deps: ContextDeps, output: Output, now: number) {
    const { limits } = deps;
    this.#deps = deps;
    this.limits = limits;
    this.counters = deps.counters;
    this.allocate = deps.allocate;
    this.guard = new Guard(limits, now);
    this.frames = new FrameWriter(output);
    this.sender = new Sender(output, this.frames, (stream) => this.calls.over(stream));
    this.calls = new Calls(this, this.sender);
    this.streamWindow = Math.min(maxWindow, Math.max(defaultWindow, limits.maxMessageSize + 2 * prefixSize));
    // Two messages at least, or one that is slow would hold up all others.
    this.window = new ReceiveWindow(Math.max(limits.connectionWindow, 2 * this.streamWindow));
    this.now = now;
  }

  createStream(id: number, head: RequestHead): Stream {
    return new Stream(id, head, this.deadlineIn(this.limits.requestTimeout), this.streamWindow);
  }

  /** Makes objects of the streams that are only queued. */
  settleStreams(): void {
    this.streams.settle(this.#create);
  }

  credit(octets: number): void {
    this.window.giveBack(octets);
  }

  deadlineIn(ms: number): number {
    return ms === 0 ? Number.POSITIVE_INFINITY : this.now + ms;
  }

  wake(): void {
    this.#deps.wake();
  }

  report(error: unknown): void {
    this.#deps.report(error);
  }

  /** After the last GOAWAY, streams above it are ignored, not idle (RFC 9113 §6.8). */
  isIdle(id: number): boolean {
    return this.streams.kind(id) === "idle" && !(this.drain === "final" && id % 2 === 1);
  }

  /** Names the last stream that will be answered. */
  finalGoaway(): void {
    this.drain = "final";
    this.frames.goaway(this.streams.lastId, ErrorCode.noError, "");
  }

  /** A stream error on an open stream. Source: RFC 9113 §5.4.2. */
  reset(stream: Stream, code: ErrorCode): void {
    this.calls.reset(stream, code);
    this.spend(this.guard.faults);
  }

  /** A stream error on one that has no object. */
  refuse(id: number, code: ErrorCode): void {
    this.frames.rstStream(id, code);
    this.streams.forgive(id);
    this.spend(this.guard.faults);
  }

  /** Counts against a budget; false: it is used up, and the connection is over. */
  spend(budget: Budget): boolean {
    if (this.guard.spend(budget)) {
      return true;
    }
    this.fail(ErrorCode.enhanceYourCalm, budget.counter, "too many frames of one kind");
    return false;
  }

  protocolError(reason: string): void {
    this.fail(ErrorCode.protocolError, "protocol_errors", reason);
  }

  /** A connection error. Source: RFC 9113 §5.4.1. */
  fail(code: ErrorCode, counter: CounterName, reason: string): void {
    if (this.stopped) {
      return;
    }
    this.counters[counter]++;
    this.frames.goaway(this.streams.lastId, code, reason);
    this.stop();
  }

  /** Lets go of every stream. */
  stop(): void {
    this.stopped = true;
    this.settleStreams();
    for (const stream of this.streams.all) {
      this.calls.forget(stream);
    }
  }
}
