/** How calls reach the door. One exists for each way of serving; all share the same core and so give the same answers. */
export interface CheckTransport {
  /** Resolves, once calls are taken, to the address in use: `127.0.0.1:41873` or `unix:/path`. Rejects with an `Error` that names the address. */
  start(): Promise<string>;
  /** What health checks are told; starts as false. */
  setServing(serving: boolean): void;
  /** Not serving, no new calls, those in flight answered; after `ms` milliseconds what is left gets an explicit denial and connections are closed. */
  drain(ms: number): Promise<void>;
}

/** Certificates in PEM. */
export interface TransportTls {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** Roots for client certificates. Where they are given, every client must present one. */
  readonly clientRoots?: Uint8Array;
}

export interface TransportLimits {
  /** Bytes of a CheckRequest; a larger one is answered 413. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** Calls that wait for something at one moment; the next one that would have to is answered 503. Default 1000. */
  readonly maxPending?: number;
  /** Default 4096. */
  readonly maxConcurrentStreams?: number;
  /** Milliseconds after which a connection is asked to go, so that the clients' few long ones spread. Default 15 minutes; 0 for never. */
  readonly maxConnectionAge?: number;
  /** Milliseconds that calls on such a connection get to end. Default 10 seconds. */
  readonly maxConnectionAgeGrace?: number;
}
