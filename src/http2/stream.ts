import type { MessageReader } from "./grpc/message-reader.ts";
import type { RequestHead } from "./request-head.ts";

/** What a stream waits for: the rest of its request, its handler, or room to send the answer. */
export type StreamPhase = "request" | "answer" | "send" | "gone";

/** An answer's body that flow control holds back. */
export interface Outgoing {
  readonly body: Uint8Array;
  sent: number;
  /** The header block that ends the stream; without one the last DATA frame does. */
  readonly trailers: Uint8Array | undefined;
}

/**
 * One stream whose call could not be answered within the read that brought it. Streams that can be never become objects.
 */
export class Stream {
  readonly id: number;
  readonly head: RequestHead;
  phase: StreamPhase = "request";
  /** When the phase must have ended. */
  deadline: number;
  /** The client has sent END_STREAM. */
  remoteClosed = false;
  /** Octets of DATA content, for `content-length`. */
  received = 0;
  /** What the client may still send before we update its window. */
  receiveWindow: number;
  /** WINDOW_UPDATEs less DATA sent: the window is this much beside the peer's SETTINGS_INITIAL_WINDOW_SIZE. */
  sendDelta = 0;
  /** Octets that count against the connection's receive window until the message is done with. */
  held = 0;
  message: MessageReader | undefined;
  outgoing: Outgoing | undefined;

  constructor(id: number, head: RequestHead, deadline: number, receiveWindow: number) {
    this.id = id;
    this.head = head;
    this.deadline = deadline;
    this.receiveWindow = receiveWindow;
  }
}
