import { DynamicTable } from "./dynamic-table.ts";
import { createField, type Field } from "./field.ts";
import { decodeHuffman, maxDecodedLength } from "./huffman.ts";
import { type Latin1, portableLatin1 } from "./latin1.ts";
import { staticTable } from "./static-table.ts";

export interface HpackLimits {
  /** The table size that our SETTINGS allow, octets. */
  readonly tableSize: number;
  /** Octets of the decoded list (RFC 9113 §6.5.2); fields beyond are dropped and the list is marked {@link HpackDecoder.oversize}. */
  readonly maxListSize: number;
  /** Fields of one list; counted as the size is. */
  readonly maxFields: number;
}

// Five octets after the prefix hold 35 bits. More is an overflow, or zeros that only cost time (RFC 7541 §5.1 asks for such limits).
const maxContinuationOctets = 5;
const maxInteger = 0x7fffffff;

/**
 * Turns header blocks into fields, with the state that one direction of a connection has. A block must be decoded whole and in order, also when its
 * stream is refused, or the two sides' tables part. Source: RFC 7541.
 */
export class HpackDecoder {
  /** Octets of the last list, counted in full. */
  listSize = 0;
  /** The last list was larger than the limits; the fields returned are not all of it. */
  oversize = false;
  /** The last block left the table as it was, so the same octets mean the same as long as {@link generation} stays. */
  stateless = true;
  readonly #limits: HpackLimits;
  readonly #latin1: Latin1;
  readonly #table: DynamicTable;
  #scratch: Uint8Array = new Uint8Array(256);
  #block: Uint8Array = this.#scratch;
  #at = 0;
  #end = 0;
  #fault: string | undefined;

  constructor(limits: HpackLimits, latin1: Latin1 = portableLatin1) {
    this.#limits = limits;
    this.#latin1 = latin1;
    this.#table = new DynamicTable(limits.tableSize);
  }

  /** Octets that the dynamic table holds. */
  get tableSize(): number {
    return this.#table.size;
  }

  /** Changes whenever an index may have come to mean something else. */
  get generation(): number {
    return this.#table.generation;
  }

  /** Appends the fields of `block[start, end)` to `fields`. Returns what is wrong with the block, which is the connection's COMPRESSION_ERROR. */
  decode(block: Uint8Array, start: number, end: number, fields: Field[]): string | undefined {
    this.#block = block;
    this.#at = start;
    this.#end = end;
    this.#fault = undefined;
    this.listSize = 0;
    this.oversize = false;
    this.stateless = true;
    let count = 0;
    while (this.#at < end && this.#fault === undefined) {
      const octet = block[this.#at] ?? 0;
      let field: Field | undefined;
      if ((octet & 0x80) !== 0) {
        field = this.#entry(this.#integer(0x7f));
      } else if ((octet & 0xe0) === 0x20) {
        this.#resize(count);
        continue;
      } else if ((octet & 0x40) !== 0) {
        field = this.#literal(this.#integer(0x3f));
        if (field !== undefined) {
          this.stateless = false;
          this.#table.add(field);
        }
      } else {
        field = this.#literal(this.#integer(0x0f));
      }
      if (field !== undefined) {
        count++;
        this.listSize += field.size;
        if (this.listSize > this.#limits.maxListSize || count > this.#limits.maxFields) {
          this.oversize = true;
        } else {
          fields.push(field);
        }
      }
    }
    return this.#fault;
  }

  #fail(reason: string): undefined {
    this.#fault ??= reason;
    return undefined;
  }

  /** Source: RFC 7541 §6.3; §4.2 allows it at the start of a block only. */
  #resize(fieldsBefore: number): void {
    const size = this.#integer(0x1f);
    if (fieldsBefore > 0) {
      this.#fail("table size update after a field");
    } else if (size > this.#limits.tableSize) {
      this.#fail("table size update over the limit");
    } else if (size >= 0) {
      this.stateless = false;
      this.#table.resize(size);
    }
  }

  /** Source: RFC 7541 §2.3.3. */
  #entry(index: number): Field | undefined {
    const field = index > staticTable.length ? this.#table.at(index - staticTable.length - 1) : staticTable[index - 1];
    return field ?? this.#fail("index outside the tables");
  }

  /** Source: RFC 7541 §6.2. */
  #literal(nameIndex: number): Field | undefined {
    if (nameIndex < 0) {
      return undefined;
    }
    const name = nameIndex === 0 ? this.#string() : this.#entry(nameIndex)?.name;
    const value = name === undefined ? undefined : this.#string();
    return name === undefined || value === undefined ? undefined : createField(name, value);
  }

  /** An integer whose prefix is the bits of `mask`, or -1 with a fault. Source: RFC 7541 §5.1. */
  #integer(mask: number): number {
    let value = (this.#block[this.#at++] ?? 0) & mask;
    if (value < mask) {
      return value;
    }
    let factor = 1;
    for (let octets = 0; octets < maxContinuationOctets; octets++) {
      if (this.#at >= this.#end) {
        this.#fail("truncated integer");
        return -1;
      }
      const octet = this.#block[this.#at++] ?? 0;
      value += (octet & 0x7f) * factor;
      if (value > maxInteger) {
        break;
      }
      if (octet < 0x80) {
        return value;
      }
      factor *= 128;
    }
    this.#fail("integer overflow");
    return -1;
  }

  /** Source: RFC 7541 §5.2. */
  #string(): string | undefined {
    if (this.#at >= this.#end) {
      return this.#fail("truncated string");
    }
    const huffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const start = this.#at;
    if (length < 0 || length > this.#end - start) {
      return this.#fail("truncated string");
    }
    this.#at = start + length;
    if (!huffman) {
      return this.#latin1(this.#block, start, this.#at);
    }
    if (this.#scratch.length < maxDecodedLength(length)) {
      this.#scratch = new Uint8Array(maxDecodedLength(length));
    }
    const decoded = decodeHuffman(this.#block, start, this.#at, this.#scratch);
    return decoded < 0 ? this.#fail("invalid Huffman code") : this.#latin1(this.#scratch, 0, decoded);
  }
}
