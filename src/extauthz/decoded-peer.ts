import type { RequestPeer } from "../policy/model/request.ts";
import { PEER_ADDRESS, PEER_CERTIFICATE, PEER_PORT, PEER_PRINCIPAL } from "./check-layout.ts";
import type { RecurringParts } from "./recurring-parts.ts";

/** One end of the connection. Its texts are byte strings: all of them are ASCII by their grammar, and what is not must stay different from what is. */
export class DecodedPeer implements RequestPeer {
  private readonly bytes: Buffer;
  private readonly slots: Int32Array;
  private readonly base: number;
  private readonly recurring: RecurringParts;

  constructor(bytes: Buffer, slots: Int32Array, base: number, recurring: RecurringParts) {
    this.bytes = bytes;
    this.slots = slots;
    this.base = base;
    this.recurring = recurring;
  }

  get address(): string {
    return this.text(PEER_ADDRESS);
  }

  get port(): number {
    return (this.slots[this.base + PEER_PORT] as number) >>> 0;
  }

  get principal(): string {
    return this.text(PEER_PRINCIPAL);
  }

  get certificate(): string {
    return this.text(PEER_CERTIFICATE);
  }

  private text(slot: number): string {
    return this.recurring.text(this.bytes, this.slots[this.base + slot] as number, this.slots[this.base + slot + 1] as number);
  }
}
