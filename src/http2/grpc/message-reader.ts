import type { GrpcFault } from "../call.ts";
import { readUint32 } from "../frame.ts";
import type { Allocate } from "../output.ts";
import { GrpcStatus } from "./status.ts";

/** Octets before a message: the compressed flag and the length. Source: gRPC over HTTP/2, Length-Prefixed-Message. */
export const prefixSize = 5;

/** What is known of the body so far. */
export type MessageState = "partial" | "whole" | "tooLarge" | "fault";

const severalMessages: GrpcFault = { status: GrpcStatus.unimplemented, message: "more than one message for a unary method" };
const noMessage: GrpcFault = { status: GrpcStatus.unimplemented, message: "no message for a unary method" };
const truncated: GrpcFault = { status: GrpcStatus.internal, message: "the message is cut short" };
const badFlag: GrpcFault = { status: GrpcStatus.internal, message: "invalid compressed flag" };
const flagWithoutEncoding: GrpcFault = { status: GrpcStatus.internal, message: "compressed flag set without grpc-encoding" };
const compressed: GrpcFault = { status: GrpcStatus.unimplemented, message: "compressed messages are not supported" };

/** A fault that tells the caller which encodings it may use. Source: gRPC compression, Compression Method Asymmetry. */
export function namesEncodings(fault: GrpcFault): boolean {
  return fault === compressed;
}

/** Gathers the one message of a unary call from DATA that may be cut anywhere. */
export class MessageReader {
  state: MessageState = "partial";
  fault: GrpcFault | undefined;
  /** The announced size, once the prefix is whole. */
  size = 0;
  readonly #allocate: Allocate;
  readonly #maxSize: number;
  readonly #encoded: boolean;
  readonly #prefix: Uint8Array = new Uint8Array(prefixSize);
  #prefixRead = 0;
  #message: Uint8Array | undefined;
  #read = 0;

  /** `encoded`: the request's `grpc-encoding` names a compression. */
  constructor(allocate: Allocate, maxSize: number, encoded: boolean) {
    this.#allocate = allocate;
    this.#maxSize = maxSize;
    this.#encoded = encoded;
  }

  /** Octets of the message that are held in memory. */
  get held(): number {
    return this.#read;
  }

  get message(): Uint8Array {
    return this.#message?.subarray(0, this.#read) ?? this.#allocate(0);
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.#prefixRead < prefixSize) {
      this.#prefix[this.#prefixRead++] = bytes[at++] ?? 0;
      if (this.#prefixRead === prefixSize) {
        this.#begin();
      }
    }
    if (at === end || this.state === "tooLarge" || this.state === "fault") {
      return;
    }
    if (this.state === "whole") {
      this.#fail(severalMessages);
      return;
    }
    const more = Math.min(end - at, this.size - this.#read);
    this.#reserve(this.#read + more).set(bytes.subarray(at, at + more), this.#read);
    this.#read += more;
    if (this.#read === this.size) {
      this.state = "whole";
      if (at + more < end) {
        this.#fail(severalMessages);
      }
    }
  }

  /** No more will come. */
  end(): void {
    if (this.state === "partial") {
      this.#fail(this.#prefixRead === 0 ? noMessage : truncated);
    }
  }

  #begin(): void {
    const flag = this.#prefix[0] ?? 0;
    this.size = readUint32(this.#prefix, 1);
    if (flag === 1) {
      this.#fail(this.#encoded ? compressed : flagWithoutEncoding);
    } else if (flag !== 0) {
      this.#fail(badFlag);
    } else if (this.size > this.#maxSize) {
      this.state = "tooLarge";
    } else if (this.size === 0) {
      this.state = "whole";
    }
  }

  #fail(fault: GrpcFault): void {
    this.state = "fault";
    this.fault = fault;
    this.#message = undefined;
    this.#read = 0;
  }

  // Room grows with what has arrived, not with what was announced: five octets must not make us allocate megabytes.
  #reserve(needed: number): Uint8Array {
    const current = this.#message;
    if (current !== undefined && current.length >= needed) {
      return current;
    }
    const larger = this.#allocate(Math.min(this.size, Math.max(needed, (current?.length ?? 0) * 2)));
    if (current !== undefined) {
      larger.set(current.subarray(0, this.#read));
    }
    this.#message = larger;
    return larger;
  }
}
