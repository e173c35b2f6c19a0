/** Frame types. Source: RFC 9113 §6. */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** Frame flags; a bit means something only on the frame types that define it. Source: RFC 9113 §6. */
export const Flag = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** Settings identifiers. Source: RFC 9113 §6.5.2, RFC 9218 §2.1. */
export const Setting = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
  noRfc7540Priorities: 0x9,
} as const;

/** Octets of a frame header. Source: RFC 9113 §4.1. */
export const frameHeadSize = 9;

/** The largest window that flow control allows. Source: RFC 9113 §6.9.1. */
export const maxWindow = 0x7fffffff;

/** Window of every stream and of the connection before anyone says otherwise. Source: RFC 9113 §6.9.2. */
export const defaultWindow = 65_535;

/** The frame size that every peer accepts, and the only one we ask for. Source: RFC 9113 §4.2. */
export const defaultMaxFrameSize = 16_384;

/** What a client sends first: `PRI * HTTP/2.0` and `SM`, each with its blank line. Source: RFC 9113 §3.4. */
export const clientPreface: Uint8Array = Uint8Array.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (c) => c.charCodeAt(0));

/** Unsigned 32 bits, big-endian. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

/** 31 bits, the reserved first bit ignored: stream identifiers and window increments. */
export function readUint31(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x7f) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
