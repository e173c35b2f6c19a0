/** Where output buffers come from. The transport gives Node's Buffers, so that what it gets back needs no wrapping. */
export type Allocate = (size: number) => Uint8Array;

const pooledSize = 64 * 1024;
const maxSpare = 16;

/** Spare output buffers, shared by the connections of a server: only those that have something to say hold one. */
export class BufferPool {
  readonly #allocate: Allocate;
  readonly #spare: Uint8Array[] = [];

  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  acquire(size: number): Uint8Array {
    return size <= pooledSize ? (this.#spare.pop() ?? this.#allocate(pooledSize)) : this.#allocate(size);
  }

  release(buffer: Uint8Array): void {
    if (buffer.length === pooledSize && this.#spare.length < maxSpare) {
      this.#spare.push(buffer);
    }
  }
}

const nothing = new Uint8Array(0);

/** The octets that a connection has to send, in one growing buffer. `bytes` and `length` are open to the writers of frames, after `ensure`. */
export class Output {
  bytes: Uint8Array = nothing;
  length = 0;
  #taken: Uint8Array = nothing;
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Makes room for `size` octets after `length`. */
  ensure(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) {
      return;
    }
    const larger = this.#pool.acquire(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.#pool.release(this.bytes);
    this.bytes = larger;
  }

  append(octets: Uint8Array): void {
    this.ensure(octets.length);
    this.bytes.set(octets, this.length);
    this.length += octets.length;
  }

  /** Hands over what there is; the buffer belongs to the caller until {@link recycle}. */
  take(): Uint8Array | undefined {
    if (this.length === 0) {
      return undefined;
    }
    const octets = this.bytes.subarray(0, this.length);
    this.#taken = this.bytes;
    this.bytes = nothing;
    this.length = 0;
    return octets;
  }

  /** Gives back the buffer last taken. Only for a caller that has already sent all of it; any other lets go of it. */
  recycle(): void {
    this.#pool.release(this.#taken);
    this.#taken = nothing;
  }

  /** Lets go of everything. */
  clear(): void {
    this.#pool.release(this.bytes);
    this.bytes = nothing;
    this.length = 0;
  }
}
