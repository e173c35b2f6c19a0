import type { HttpAnswer } from "./answers.ts";
import { defaultMaxFrameSize, defaultWindow, maxWindow } from "./frame.ts";
import { type FrameWriter, putUint32 } from "./frame-writer.ts";
import { prefixSize } from "./grpc/message-reader.ts";
import {
  afterMessage,
  beforeMessage,
  dataId,
  dataLength,
  headersId,
  messageLength,
  okTrailers,
  responseBlock,
  trailersId,
} from "./grpc/response.ts";
import type { Output } from "./output.ts";
import type { Stream } from "./stream.ts";

const afterLength = afterMessage.length;
const beforeLength = beforeMessage.length;

/** Sends answers within the windows and the frame size that the peer allows. Source: RFC 9113 §5.2, §6.9. */
export class Sender {
  /** Octets of answers that wait for a window. */
  queued = 0;
  #connectionWindow = defaultWindow;
  #initialWindow = defaultWindow;
  #maxFrameSize = defaultMaxFrameSize;
  readonly #output: Output;
  readonly #frames: FrameWriter;
  readonly #sent: (stream: Stream) => void;
  // Streams whose own window is open and which wait for the connection's.
  readonly #waiting = new Set<Stream>();

  /** `sent` is told of each stream whose queued answer has gone out whole. */
  constructor(output: Output, frames: FrameWriter, sent: (stream: Stream) => void) {
    this.#output = output;
    this.#frames = frames;
    this.#sent = sent;
  }

  set maxFrameSize(size: number) {
    this.#maxFrameSize = size;
  }

  /** Sends the answer of a stream that has seen no WINDOW_UPDATE, if it can go at once and whole; else false, and nothing is sent. */
  message(id: number, message: Uint8Array): boolean {
    const { length } = message;
    const size = length + prefixSize;
    if (
      size > this.#connectionWindow ||
      size > this.#initialWindow ||
      size > this.#maxFrameSize ||
      !this.#frames.tableAnnounced ||
      this.#waiting.size > 0
    ) {
      return false;
    }
    this.#connectionWindow -= size;
    const output = this.#output;
    output.ensure(beforeLength + length + afterLength);
    const { bytes } = output;
    const at = output.length;
    bytes.set(beforeMessage, at);
    putUint32(bytes, at + headersId, id);
    bytes[at + dataLength] = size >>> 16;
    bytes[at + dataLength + 1] = size >>> 8;
    bytes[at + dataLength + 2] = size;
    putUint32(bytes, at + dataId, id);
    putUint32(bytes, at + messageLength, length);
    bytes.set(message, at + beforeLength);
    const after = at + beforeLength + length;
    bytes.set(afterMessage, after);
    putUint32(bytes, after + trailersId, id);
    output.length = after + afterLength;
    return true;
  }

  /** Sends what it can of an answer with a message and queues the rest. */
  queueMessage(stream: Stream, message: Uint8Array): void {
    const body = new Uint8Array(prefixSize + message.length);
    putUint32(body, 1, message.length);
    body.set(message, prefixSize);
    this.#queue(stream, responseBlock, body, okTrailers);
  }

  /** Sends what it can of an answer that is not gRPC and queues the rest. */
  queueHttp(stream: Stream, answer: HttpAnswer): void {
    this.#queue(stream, answer.block, answer.body, undefined);
  }

  /** A failed call needs no window. */
  trailersOnly(id: number, block: Uint8Array): void {
    this.#frames.headers(id, block, true);
  }

  /** Forgets what a stream has not sent. */
  drop(stream: Stream): void {
    if (stream.outgoing !== undefined) {
      this.queued -= stream.outgoing.body.length - stream.outgoing.sent;
      stream.outgoing = undefined;
      this.#waiting.delete(stream);
    }
  }

  /** WINDOW_UPDATE on stream 0. False: more than 2^31-1. */
  widenConnection(increment: number): boolean {
    this.#connectionWindow += increment;
    if (this.#connectionWindow > maxWindow) {
      return false;
    }
    for (const stream of this.#waiting) {
      if (this.#connectionWindow <= 0) {
        break;
      }
      // Out and, where its own window still is open, in again behind the others: so none starves.
      this.#waiting.delete(stream);
      this.#pump(stream);
    }
    return true;
  }

  /** WINDOW_UPDATE on a stream. False: more than 2^31-1. */
  widenStream(stream: Stream, increment: number): boolean {
    stream.sendDelta += increment;
    if (this.#initialWindow + stream.sendDelta > maxWindow) {
      return false;
    }
    this.#pump(stream);
    return true;
  }

  /**
   * SETTINGS_INITIAL_WINDOW_SIZE, which moves the window of every stream; `resume` when the settings are acknowledged. False: a window over
   * 2^31-1. Source: RFC 9113 §6.9.2.
   */
  setInitialWindow(size: number, streams: Iterable<Stream>): boolean {
    this.#initialWindow = size;
    for (const stream of streams) {
      if (size + stream.sendDelta > maxWindow) {
        return false;
      }
    }
    return true;
  }

  /** Sends what the windows now allow. */
  resume(streams: Iterable<Stream>): void {
    for (const stream of streams) {
      this.#pump(stream);
    }
  }

  #queue(stream: Stream, block: Uint8Array, body: Uint8Array, trailers: Uint8Array | undefined): void {
    const bodyless = body.length === 0 && trailers === undefined;
    this.#frames.headers(stream.id, block, bodyless);
    if (bodyless) {
      this.#sent(stream);
      return;
    }
    stream.phase = "send";
    stream.outgoing = { body, sent: 0, trailers };
    this.queued += body.length;
    this.#pump(stream);
  }

  #pump(stream: Stream): void {
    const out = stream.outgoing;
    if (out === undefined || this.#waiting.has(stream)) {
      return;
    }
    const { length } = out.body;
    while (out.sent < length) {
      const streamWindow = this.#initialWindow + stream.sendDelta;
      if (streamWindow <= 0) {
        return;
      }
      if (this.#connectionWindow <= 0) {
        this.#waiting.add(stream);
        return;
      }
      const size = Math.min(length - out.sent, streamWindow, this.#connectionWindow, this.#maxFrameSize);
      const to = out.sent + size;
      this.#frames.data(stream.id, out.body, out.sent, to, to === length && out.trailers === undefined);
      out.sent = to;
      this.queued -= size;
      stream.sendDelta -= size;
      this.#connectionWindow -= size;
    }
    if (out.trailers !== undefined) {
      this.#frames.headers(stream.id, out.trailers, true);
    }
    stream.outgoing = undefined;
    this.#sent(stream);
  }
}
