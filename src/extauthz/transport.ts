/** A way of serving calls. All of them share one `CheckCore`, and so give the same answers. */
export interface CheckTransport {
  /** Resolves, once calls are taken, to the address in use: `127.0.0.1:41873` or `unix:/path`. Rejects with an `Error` that names the address. */
  start(): Promise<string>;
  /** Open connections; `undefined` where the transport does not count them. */
  connections(): number | undefined;
  /** What the transport has counted since the start, abuse that it ended above all, by name; empty where it does not count. */
  events(): Readonly<Record<string, number>>;
  /** What health checks are told; not serving at first. */
  setServing(serving: boolean): void;
  /**
   * Tells health checks that it is over, takes no new calls and lets those in flight end. After `ms` milliseconds what still waits is answered
   * with a denial, and connections are closed.
   */
  drain(ms: number): Promise<void>;
}

export interface TransportOptions {
  /** `0.0.0.0:9191`, `[::]:9191`, `unix:/run/sallyport/door.sock`; port 0 takes a free one. */
  readonly address: string;
  /** Plain text where absent. */
  readonly tls?: TransportTls | undefined;
  readonly limits: TransportLimits;
}

/** Certificates in PEM. */
export interface TransportTls {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** Roots of client certificates. Where they are given, every client must present one that they vouch for. */
  readonly clientRoots?: Uint8Array;
}

export interface TransportLimits {
  /** Bytes of a CheckRequest; a larger one is answered 413. Keep it above the body that Envoy buffers. */
  readonly maxMessageBytes: number;
  /** Calls that wait for something at one moment; one more is answered 503. */
  readonly maxPending: number;
  /** Milliseconds that a call may have waited before it is looked at; others are answered 503. Keep it below Envoy's timeout; 0 for no limit. */
  readonly maxQueueTime: number;
  /** For each connection. */
  readonly maxConcurrentStreams: number;
  /** Milliseconds after which a connection is asked to go, so that Envoy's few long ones spread over replicas; 0 for never. */
  readonly maxConnectionAge: number;
  /** Milliseconds that the calls of such a connection get to end. */
  readonly maxConnectionAgeGrace: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  maxMessageBytes: 4 * 1024 * 1024,
  maxPending: 1000,
  maxQueueTime: 150,
  maxConcurrentStreams: 10_000,
  maxConnectionAge: 15 * 60_000,
  maxConnectionAgeGrace: 10_000,
};
