/** Bounds on what one connection may ask of us. Sizes in octets, times in milliseconds; a time of zero means no bound. */
export interface Limits {
  /** A request message of more than this goes to the method's `tooLarge`. */
  readonly maxMessageSize: number;
  /** Streams that wait for their request, for an answer or for room to send it. SETTINGS_MAX_CONCURRENT_STREAMS. */
  readonly maxConcurrentStreams: number;
  /** The decoded header list; more is answered with 431. SETTINGS_MAX_HEADER_LIST_SIZE. */
  readonly maxHeaderListSize: number;
  readonly maxHeaderFields: number;
  /** A header block as sent, over all its frames. */
  readonly maxHeaderBlockSize: number;
  /** A decoded header list larger than this many times `maxHeaderListSize` is an attack, not a mistake. */
  readonly headerBombFactor: number;
  /** CONTINUATION frames after one HEADERS. */
  readonly maxContinuations: number;
  /** The receive window of the connection, and so the octets of unfinished messages that it can make us hold. */
  readonly connectionWindow: number;
  /** Answers that wait for the peer's flow-control windows. */
  readonly maxQueuedBytes: number;
  /** Over which time the budgets below are counted. */
  readonly budgetPeriod: number;
  /** Streams that the peer resets before they were answered, a period, beside one for each call answered in it. */
  readonly maxResets: number;
  /** SETTINGS frames a period. */
  readonly maxSettings: number;
  /** PING frames a period, beside two for each call answered in it: some clients measure the path with one at each answer. */
  readonly maxPings: number;
  /** PRIORITY and unknown frames, and frames on closed streams, a period, beside one for each call answered in it. */
  readonly maxIdleFrames: number;
  /** WINDOW_UPDATE frames a period, beside four for each call answered in it. */
  readonly maxWindowUpdates: number;
  /** DATA frames that carry nothing and end nothing, a period. */
  readonly maxEmptyData: number;
  /** Streams that we reset, refuse or answer with a fault before their request was whole, a period, beside one for each call answered in it. */
  readonly maxFaults: number;
  /** From the connection's start to the client's first SETTINGS, and from our SETTINGS to their acknowledgement. */
  readonly handshakeTimeout: number;
  /** A frame or header block must be whole this long after it began. */
  readonly frameTimeout: number;
  /** A request must be whole this long after its HEADERS. */
  readonly requestTimeout: number;
  /** A call that a handler has not answered by then fails with DEADLINE_EXCEEDED, also when the caller set no shorter `grpc-timeout`. */
  readonly answerTimeout: number;
  /** An answer must find room in the peer's windows this long after it was ready. */
  readonly sendTimeout: number;
  /** A connection without streams is closed after this. */
  readonly idleTimeout: number;
  /** Between the first and the second GOAWAY of a drain, at most (RFC 9113 §6.8 asks for a round trip). */
  readonly drainNotice: number;
}

export const defaultLimits: Limits = {
  maxMessageSize: 4 * 1024 * 1024,
  maxConcurrentStreams: 10_000,
  maxHeaderListSize: 16 * 1024,
  maxHeaderFields: 128,
  maxHeaderBlockSize: 32 * 1024,
  headerBombFactor: 8,
  maxContinuations: 8,
  connectionWindow: 16 * 1024 * 1024,
  maxQueuedBytes: 4 * 1024 * 1024,
  budgetPeriod: 10_000,
  maxResets: 2_000,
  maxSettings: 100,
  maxPings: 1_000,
  maxIdleFrames: 5_000,
  maxWindowUpdates: 10_000,
  maxEmptyData: 1_000,
  maxFaults: 5_000,
  handshakeTimeout: 10_000,
  frameTimeout: 10_000,
  requestTimeout: 10_000,
  answerTimeout: 30_000,
  sendTimeout: 30_000,
  idleTimeout: 3_600_000,
  drainNotice: 1_000,
};
