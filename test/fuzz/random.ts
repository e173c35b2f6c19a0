/** A small seeded generator (mulberry32): the same seed gives the same hostile inputs on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 up to `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Up to `most` pieces in a row. */
  text(pieces: readonly string[], most: number): string {
    let text = "";
    for (let count = this.below(most + 1); count > 0; count--) text += this.of(pieces);
    return text;
  }

  /** Bytes with a few of them changed, cut out, doubled or made up. */
  mutate(bytes: Uint8Array): Buffer {
    let result = Buffer.from(bytes);
    for (let count = 1 + this.below(4); count > 0; count--) {
      const at = this.below(result.length + 1);
      const span = this.below(16);
      switch (this.below(5)) {
        case 0:
          if (at < result.length) result[at] = this.below(256);
          break;
        case 1:
          result = result.subarray(0, at);
          break;
        case 2:
          result = Buffer.concat([result.subarray(0, at), result.subarray(at + span)]);
          break;
        case 3:
          result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - span), at), result.subarray(at)]);
          break;
        default:
          result = Buffer.concat([result.subarray(0, at), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), result.subarray(at)]);
      }
    }
    return result;
  }
}
