import type { RequestHead } from "./request-head.ts";
import type { Stream } from "./stream.ts";

/** What an identifier without an open stream stands for. Source: RFC 9113 §5.1, §5.1.1. */
export type ClosedKind =
  /** No one has used it yet. */
  | "idle"
  /** The client went past it, so it can never be used. */
  | "skipped"
  /** We reset it, or answered before its request was whole: what the client sent before it knew is to be ignored. */
  | "reset"
  | "closed";

const rememberedResets = 256;
const rememberedGaps = 64;

/**
 * The streams of a connection. Those whose HEADERS came in this read and whose body has not are only numbers in a queue (`queue`, `take`): clients send
 * bodies in the order of their HEADERS, so most calls are over when the first in the queue is asked for.
 */
export class StreamTable {
  /** The highest identifier that the client has used. */
  lastId = 0;
  /** Handlers that still run for streams that are gone; they hold their place, or resets would buy unbounded work. */
  orphans = 0;
  readonly #streams = new Map<number, Stream>();
  readonly #queuedIds: number[] = [];
  readonly #queuedHeads: RequestHead[] = [];
  #first = 0;
  readonly #resets = new Set<number>();
  // Pairs [from, to] of odd identifiers that were skipped.
  readonly #gaps: [number, number][] = [];

  /** Streams that are not over. */
  get open(): number {
    return this.#streams.size + this.#queuedIds.length - this.#first;
  }

  /** Streams that count against SETTINGS_MAX_CONCURRENT_STREAMS. */
  get active(): number {
    return this.open + this.orphans;
  }

  get all(): IterableIterator<Stream> {
    return this.#streams.values();
  }

  /** Marks the identifier as used. It must be higher than `lastId`. */
  use(id: number): void {
    if (id > this.lastId + 2 || (this.lastId === 0 && id > 1)) {
      this.#gaps.push([this.lastId === 0 ? 1 : this.lastId + 2, id - 2]);
      if (this.#gaps.length > rememberedGaps) {
        this.#gaps.shift();
      }
    }
    this.lastId = id;
  }

  /** Queues a stream that has its HEADERS and nothing else. */
  queue(id: number, head: RequestHead): void {
    this.#queuedIds.push(id);
    this.#queuedHeads.push(head);
  }

  /** Takes the first queued stream if it has this identifier. */
  take(id: number): RequestHead | undefined {
    if (this.#queuedIds[this.#first] !== id) {
      return undefined;
    }
    const head = this.#queuedHeads[this.#first++];
    if (this.#first === this.#queuedIds.length) {
      this.#clearQueue();
    }
    return head;
  }

  /** Makes objects of the queued streams. */
  settle(create: (id: number, head: RequestHead) => Stream): void {
    if (this.#queuedIds.length === 0) {
      return;
    }
    for (let at = this.#first; at < this.#queuedIds.length; at++) {
      const id = this.#queuedIds[at];
      const head = this.#queuedHeads[at];
      if (id !== undefined && head !== undefined) {
        this.#streams.set(id, create(id, head));
      }
    }
    this.#clearQueue();
  }

  /** The open stream, queued ones not among them: `settle` first. */
  get(id: number): Stream | undefined {
    return this.#streams.get(id);
  }

  add(stream: Stream): void {
    this.#streams.set(stream.id, stream);
  }

  delete(stream: Stream): void {
    this.#streams.delete(stream.id);
  }

  /** Remembers that the client may not know yet that the stream is over. */
  forgive(id: number): void {
    this.#resets.add(id);
    if (this.#resets.size > rememberedResets) {
      for (const oldest of this.#resets) {
        this.#resets.delete(oldest);
        break;
      }
    }
  }

  /** For an identifier without an open stream. */
  kind(id: number): ClosedKind {
    // Even identifiers are ours to use, and we never do.
    if (id > this.lastId || id % 2 === 0) {
      return "idle";
    }
    if (this.#resets.has(id)) {
      return "reset";
    }
    return this.#gaps.some(([from, to]) => id >= from && id <= to) ? "skipped" : "closed";
  }

  #clearQueue(): void {
    this.#queuedIds.length = 0;
    this.#queuedHeads.length = 0;
    this.#first = 0;
  }
}
