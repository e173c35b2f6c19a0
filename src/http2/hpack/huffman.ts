import { eos, forEachHuffmanCode } from "./huffman-code.ts";

/**
 * The decoder as a table of (node of the code tree, four bits) → next node, with what that step emits. The shortest code has five bits, so a step
 * emits at most one octet. An entry is `node << 16 | flags | octet`.
 */
const emits = 0x100;
const fails = 0x200;

interface DecodingTable {
  readonly steps: Int32Array;
  /** Per node: 1 where input may end, that is after at most seven bits of padding, all ones. Source: RFC 7541 §5.2. */
  readonly mayEnd: Uint8Array;
}

let shared: DecodingTable | undefined;

function decodingTable(): DecodingTable {
  shared ??= buildTable();
  return shared;
}

function buildTable(): DecodingTable {
  // children[2n], children[2n + 1]: an inner node as a positive number, a leaf as ~symbol; zero where nothing is yet
  const children: number[] = [0, 0];
  forEachHuffmanCode((symbol, code, bits) => {
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const edge = node * 2 + ((code >>> bit) & 1);
      let next = children[edge] ?? 0;
      if (next === 0) {
        next = children.length / 2;
        children.push(0, 0);
        children[edge] = next;
      }
      node = next;
    }
    children[node * 2 + (code & 1)] = ~symbol;
  });
  const nodes = children.length / 2;
  const steps = new Int32Array(nodes * 16);
  for (let node = 0; node < nodes; node++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      steps[node * 16 + nibble] = walk(children, node, nibble);
    }
  }
  const mayEnd = new Uint8Array(nodes);
  mayEnd[0] = 1;
  for (let node = 0, ones = 1; ones <= 7; ones++) {
    node = children[node * 2 + 1] ?? 0;
    mayEnd[node] = 1;
  }
  return { steps, mayEnd };
}

function walk(children: readonly number[], from: number, nibble: number): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = children[node * 2 + ((nibble >>> bit) & 1)] ?? 0;
    if (next === ~eos) {
      return fails;
    }
    if (next < 0) {
      emitted = emits | ~next;
      node = 0;
    } else {
      node = next;
    }
  }
  return (node << 16) | emitted;
}

/** Octets that `length` octets of Huffman code can decode to, at most: no code is shorter than five bits. */
export function maxDecodedLength(length: number): number {
  return Math.ceil((length * 8) / 5);
}

/**
 * Decodes `source[start, end)` into `target` and returns the number of octets, or -1 for a code that RFC 7541 §5.2 forbids: EOS inside, more than
 * seven bits of padding, or padding other than ones. `target` must hold {@link maxDecodedLength} octets.
 */
export function decodeHuffman(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  const { steps, mayEnd } = decodingTable();
  let node = 0;
  let written = 0;
  for (let at = start; at < end; at++) {
    const octet = source[at] ?? 0;
    let step = steps[node * 16 + (octet >>> 4)] ?? fails;
    if ((step & emits) !== 0) {
      target[written++] = step & 0xff;
    } else if ((step & fails) !== 0) {
      return -1;
    }
    step = steps[(step >>> 16) * 16 + (octet & 15)] ?? fails;
    if ((step & emits) !== 0) {
      target[written++] = step & 0xff;
    } else if ((step & fails) !== 0) {
      return -1;
    }
    node = step >>> 16;
  }
  return mayEnd[node] === 1 ? written : -1;
}
