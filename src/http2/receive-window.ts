import { defaultWindow, maxWindow } from "./frame.ts";
import type { FrameWriter } from "./frame-writer.ts";

/**
 * The connection's receive window. Octets are given back only when the message that they belong to is done with, so the window bounds what unfinished
 * messages can make us hold; and only in large steps. Source: RFC 9113 §6.9.
 */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #owed = 0;

  constructor(size: number) {
    this.#size = Math.min(maxWindow, Math.max(defaultWindow, size));
    this.#left = this.#size;
  }

  /** States the window to the peer, who begins with the default. */
  announce(frames: FrameWriter): void {
    if (this.#size > defaultWindow) {
      frames.windowUpdate(0, this.#size - defaultWindow);
    }
  }

  /** Counts what was received; false: more than the peer was allowed. */
  use(octets: number): boolean {
    this.#left -= octets;
    return this.#left >= 0;
  }

  giveBack(octets: number): void {
    this.#owed += octets;
  }

  /** Tells the peer, where it is worth a frame. */
  update(frames: FrameWriter): void {
    if (this.#owed >= this.#size >>> 2) {
      frames.windowUpdate(0, this.#owed);
      this.#left += this.#owed;
      this.#owed = 0;
    }
  }
}
