import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Routes } from "../http2/call.ts";
import { Connection } from "../http2/connection.ts";
import type { Counters } from "../http2/counters.ts";
import type { Limits } from "../http2/limits.ts";
import type { Allocate, BufferPool } from "../http2/output.ts";

export interface FastSocketDeps {
  readonly routes: Routes;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly pool: BufferPool;
  readonly allocate: Allocate;
  /** Monotonic milliseconds. */
  now(): number;
  /** A handler threw or rejected. */
  report(error: unknown): void;
  /** The socket is gone. */
  closed(socket: FastSocket): void;
}

// Unsent octets at which we stop reading: a peer that does not take its answers asks no more questions.
const highWater = 1024 * 1024;
// How long a connection that is over may take to fetch what we said last.
const lingerMs = 1_000;
// A TLS socket keeps the memory that it is given until the record is out; up to here a copy is cheaper than a new buffer.
const largestCopy = 16 * 1024;

/** Joins one socket to one connection: what a `data` event brings is answered by one write. */
export class FastSocket {
  readonly #socket: Socket;
  readonly #encrypted: boolean;
  readonly #deps: FastSocketDeps;
  readonly #connection: Connection;
  readonly #openedAt: number;
  #scheduled = false;
  #pausedAt = -1;
  #endedAt = -1;

  constructor(socket: Socket, peerCertificate: Uint8Array | undefined, deps: FastSocketDeps) {
    this.#socket = socket;
    this.#encrypted = isEncrypted(socket);
    this.#deps = deps;
    this.#openedAt = deps.now();
    this.#connection = new Connection(
      {
        routes: deps.routes,
        peer: { address: socket.remoteAddress ?? "", certificate: peerCertificate },
        limits: deps.limits,
        counters: deps.counters,
        pool: deps.pool,
        allocate: deps.allocate,
        latin1,
        wake: () => this.#schedule(),
        report: (error) => deps.report(error),
      },
      this.#openedAt,
    );
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      this.#connection.receive(bytes, deps.now());
      this.#flush();
    });
    socket.on("drain", () => this.#resume());
    // A client that half-closes is done asking; what it asked is still answered.
    socket.on("end", () => this.#whenIdle());
    // `close` follows, and says all that there is to say: a peer that goes away is no event for anyone.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#connection.abort();
      deps.closed(this);
    });
    this.#flush();
  }

  get openedAt(): number {
    return this.#openedAt;
  }

  /** Calls without an answer. */
  get pending(): number {
    return this.#connection.pending;
  }

  tick(now: number): void {
    if (this.#endedAt >= 0) {
      if (now - this.#endedAt >= lingerMs) {
        this.#socket.destroy();
      }
      return;
    }
    const { sendTimeout } = this.#deps.limits;
    if (this.#pausedAt >= 0 && sendTimeout > 0 && now - this.#pausedAt >= sendTimeout) {
      this.#deps.counters.slow_reader++;
      this.#socket.destroy();
      return;
    }
    this.#connection.tick(now);
    this.#flush();
  }

  /** Announces the end; calls in flight are still answered. */
  drain(now: number): void {
    this.#connection.drain(now);
    this.#flush();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // Promises that settle together are answered together: ticks run once the queue of microtasks is empty.
  #schedule(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    if (this.#endedAt >= 0 || this.#pausedAt >= 0) {
      return;
    }
    const socket = this.#socket;
    const output = this.#connection.take();
    if (output !== undefined) {
      if (this.#encrypted && output.length <= largestCopy) {
        socket.write(Buffer.from(output));
        this.#connection.recycle();
      } else {
        socket.write(output);
        // Mostly the kernel has taken it all by now, and nobody looks at the buffer any more.
        if (socket.writableLength === 0) {
          this.#connection.recycle();
        }
      }
    }
    if (this.#connection.finished) {
      this.#end();
    } else if (socket.writableLength > highWater) {
      this.#pausedAt = this.#deps.now();
      socket.pause();
    }
  }

  #resume(): void {
    if (this.#pausedAt >= 0) {
      this.#pausedAt = -1;
      this.#socket.resume();
      this.#flush();
    }
  }

  #whenIdle(): void {
    if (this.#connection.pending === 0) {
      this.#end();
    } else {
      this.#connection.leave();
    }
  }

  // The peer may still be sending. Reading on, and throwing away, keeps the system from answering with a reset that would undo our last words.
  #end(): void {
    if (this.#endedAt < 0) {
      this.#endedAt = this.#deps.now();
      this.#socket.end();
    }
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end);
}

function isEncrypted(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}
