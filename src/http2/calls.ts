import { headerListTooLarge, isHttpAnswer } from "./answers.ts";
import type { GrpcFault, Reply, UnaryMethod } from "./call.ts";
import type { Counters } from "./counters.ts";
import { ErrorCode } from "./error-code.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { MessageReader } from "./grpc/message-reader.ts";
import { faultBlock } from "./grpc/response.ts";
import { GrpcStatus } from "./grpc/status.ts";
import type { Guard } from "./guard.ts";
import type { Limits } from "./limits.ts";
import type { Allocate } from "./output.ts";
import type { RequestHead } from "./request-head.ts";
import type { Sender } from "./sender.ts";
import type { Stream } from "./stream.ts";
import type { StreamTable } from "./stream-table.ts";

/** What the calls of a connection need of it. */
export interface CallsHost {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly guard: Guard;
  readonly streams: StreamTable;
  readonly frames: FrameWriter;
  readonly allocate: Allocate;
  /** Milliseconds, monotonic: when the octets at hand were read. */
  readonly now: number;
  createStream(id: number, head: RequestHead): Stream;
  /** Octets that the peer may send again. */
  credit(octets: number): void;
  /** The deadline `ms` from now; zero means none. */
  deadlineIn(ms: number): number;
  /** An answer came outside a read: there is output to fetch. */
  wake(): void;
  /** A handler threw or rejected. */
  report(error: unknown): void;
}

const handlerFailed: GrpcFault = { status: GrpcStatus.internal, message: "internal error" };
const tooSlow: GrpcFault = { status: GrpcStatus.deadlineExceeded, message: "deadline exceeded" };

/** From whole requests to answers: calls the handlers and gives what they return to the sender. */
export class Calls {
  readonly #host: CallsHost;
  readonly #sender: Sender;

  constructor(host: CallsHost, sender: Sender) {
    this.#host = host;
    this.#sender = sender;
  }

  /** The whole request of a stream that is only an identifier. */
  whole(id: number, head: RequestHead, method: UnaryMethod, message: Uint8Array): void {
    let reply: Reply | Promise<Reply>;
    try {
      reply = method.handle(message, head.call, this.#host.now);
    } catch (error) {
      reply = this.#failed(error);
    }
    if (reply instanceof Uint8Array && this.#sender.message(id, reply)) {
      this.#host.counters.replies++;
      this.#host.guard.answered++;
      return;
    }
    const stream = this.#host.createStream(id, head);
    stream.remoteClosed = true;
    this.#host.streams.add(stream);
    this.#deliver(stream, reply);
  }

  /** Content of DATA on a stream. What is kept of it is counted in `stream.held`. */
  data(stream: Stream, bytes: Uint8Array, from: number, to: number): void {
    const { limits } = this.#host;
    if (stream.phase !== "request" || stream.head.method === undefined) {
      this.#host.credit(to - from);
      if (stream.phase === "request" && stream.received > limits.maxMessageSize) {
        this.#fixed(stream);
      }
      return;
    }
    stream.message ??= new MessageReader(this.#host.allocate, limits.maxMessageSize, stream.head.compressed);
    const { message } = stream;
    message.push(bytes, from, to);
    stream.held += to - from;
    if (message.state === "tooLarge" || message.state === "fault") {
      this.#conclude(stream, message);
    }
  }

  /** The request is whole: END_STREAM has come. */
  end(stream: Stream): void {
    stream.remoteClosed = true;
    if (stream.phase !== "request") {
      return;
    }
    if (stream.head.method === undefined) {
      this.#fixed(stream);
      return;
    }
    const message = stream.message ?? new MessageReader(this.#host.allocate, 0, stream.head.compressed);
    message.end();
    this.#conclude(stream, message);
  }

  /** The stream's time is over. */
  expire(stream: Stream): void {
    const { counters } = this.#host;
    if (stream.phase === "answer") {
      counters.slow_answer++;
      this.#fault(stream, tooSlow);
    } else if (stream.phase === "request") {
      counters.slow_request++;
      this.#fault(stream, tooSlow);
    } else {
      counters.slow_reader++;
      this.reset(stream, ErrorCode.cancel);
    }
  }

  /** The answer has gone out whole. */
  over(stream: Stream): void {
    this.#host.counters.replies++;
    this.#host.guard.answered++;
    if (!stream.remoteClosed) {
      // RFC 9113 §8.1: the response is whole; what the client still sends is for nothing.
      this.#host.frames.rstStream(stream.id, ErrorCode.noError);
      this.#host.streams.forgive(stream.id);
    }
    this.forget(stream);
  }

  /** Ends a stream by RST_STREAM. */
  reset(stream: Stream, code: ErrorCode): void {
    this.#host.frames.rstStream(stream.id, code);
    this.#host.streams.forgive(stream.id);
    this.forget(stream);
  }

  /** Lets go of a stream, whose handler may still run. */
  forget(stream: Stream): void {
    if (stream.phase === "answer") {
      this.#host.streams.orphans++;
    }
    stream.phase = "gone";
    this.#sender.drop(stream);
    this.#release(stream);
    this.#host.streams.delete(stream);
  }

  #conclude(stream: Stream, message: MessageReader): void {
    const { method, call } = stream.head;
    if (message.state === "fault" || method === undefined) {
      this.#fault(stream, message.fault ?? handlerFailed);
      return;
    }
    let reply: Reply | Promise<Reply>;
    try {
      if (message.state === "tooLarge") {
        this.#host.counters.message_too_large++;
        reply = method.tooLarge(message.size, call);
      } else {
        reply = method.handle(message.message, call, this.#host.now);
      }
    } catch (error) {
      reply = this.#failed(error);
    }
    this.#deliver(stream, reply);
  }

  #deliver(stream: Stream, reply: Reply | Promise<Reply>): void {
    if (reply instanceof Uint8Array) {
      this.#message(stream, reply);
    } else if ("then" in reply) {
      this.#await(stream, reply);
    } else {
      this.#fault(stream, reply);
    }
  }

  #message(stream: Stream, message: Uint8Array): void {
    this.#release(stream);
    if (this.#sender.message(stream.id, message)) {
      this.over(stream);
      return;
    }
    stream.deadline = this.#host.deadlineIn(this.#host.limits.sendTimeout);
    this.#sender.queueMessage(stream, message);
  }

  #fault(stream: Stream, fault: GrpcFault): void {
    this.#host.counters.faults++;
    this.#sender.trailersOnly(stream.id, faultBlock(fault));
    this.over(stream);
  }

  #fixed(stream: Stream): void {
    const { answer } = stream.head;
    if (answer === undefined || !isHttpAnswer(answer)) {
      this.#fault(stream, answer ?? handlerFailed);
      return;
    }
    if (answer.block === headerListTooLarge.block) {
      this.#host.counters.header_list_too_large++;
    }
    this.#host.counters.faults++;
    stream.deadline = this.#host.deadlineIn(this.#host.limits.sendTimeout);
    this.#sender.queueHttp(stream, answer);
  }

  #await(stream: Stream, reply: Promise<Reply>): void {
    stream.phase = "answer";
    const limit = this.#host.limits.answerTimeout;
    const { timeoutMs } = stream.head.call;
    const shorter = limit === 0 ? timeoutMs : Math.min(limit, timeoutMs);
    stream.deadline = Number.isFinite(shorter) ? this.#host.deadlineIn(Math.max(shorter, 1)) : this.#host.deadlineIn(0);
    void reply.then(
      (settled) => this.#settle(stream, settled),
      (error: unknown) => this.#settle(stream, this.#failed(error)),
    );
  }

  #settle(stream: Stream, reply: Reply): void {
    if (stream.phase !== "answer") {
      this.#host.streams.orphans--;
      return;
    }
    stream.phase = "send";
    if (reply instanceof Uint8Array) {
      this.#message(stream, reply);
    } else {
      this.#fault(stream, reply);
    }
    this.#host.wake();
  }

  #failed(error: unknown): GrpcFault {
    this.#host.counters.handler_errors++;
    this.#host.report(error);
    return handlerFailed;
  }

  #release(stream: Stream): void {
    this.#host.credit(stream.held);
    stream.held = 0;
  }
}
