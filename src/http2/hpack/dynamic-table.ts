import type { Field } from "./field.ts";

/**
 * The decoder's dynamic table: a queue of fields bounded by their sizes. Source: RFC 7541 §2.3.2, §4.
 *
 * `generation` changes whenever an index may mean something else than before, so that what was learned about a header block of pure indices can be
 * kept exactly as long as it is true.
 */
export class DynamicTable {
  generation = 0;
  #entries: (Field | undefined)[] = Array.from({ length: 16 });
  // The ring's length is a power of two; `#newest` is the slot of index 0.
  #newest = 0;
  #count = 0;
  #size = 0;
  #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#size;
  }

  /** The entry that was added `index` entries ago, or nothing. */
  at(index: number): Field | undefined {
    return index < this.#count ? this.#entries[(this.#newest - index) & (this.#entries.length - 1)] : undefined;
  }

  /** Adds an entry, evicting from the old end; one larger than the table empties it and is not kept (RFC 7541 §4.4). */
  add(field: Field): void {
    this.generation++;
    this.#evict(this.#maxSize - field.size);
    if (field.size > this.#maxSize) {
      return;
    }
    if (this.#count === this.#entries.length) {
      this.#grow();
    }
    this.#newest = (this.#newest + 1) & (this.#entries.length - 1);
    this.#entries[this.#newest] = field;
    this.#count++;
    this.#size += field.size;
  }

  /** A dynamic table size update. Source: RFC 7541 §6.3. */
  resize(maxSize: number): void {
    this.generation++;
    this.#maxSize = maxSize;
    this.#evict(maxSize);
  }

  #evict(target: number): void {
    while (this.#count > 0 && this.#size > target) {
      const oldest = (this.#newest - this.#count + 1) & (this.#entries.length - 1);
      this.#size -= this.#entries[oldest]?.size ?? 0;
      this.#entries[oldest] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const grown: (Field | undefined)[] = Array.from({ length: this.#entries.length * 2 });
    for (let index = 0; index < this.#count; index++) {
      grown[this.#count - 1 - index] = this.at(index);
    }
    this.#newest = this.#count - 1;
    this.#entries = grown;
  }
}
