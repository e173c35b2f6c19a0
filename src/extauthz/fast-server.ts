import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from "node:tls";
import type { Routes } from "../http2/call.ts";
import { type Counters, createCounters } from "../http2/counters.ts";
import { defaultLimits, type Limits } from "../http2/limits.ts";
import { BufferPool } from "../http2/output.ts";
import { FastSocket, type FastSocketDeps } from "./fast-socket.ts";
import { listen } from "./listen.ts";
import type { TransportTls } from "./transport.ts";

export interface FastServerDeps {
  readonly routes: Routes;
  /** A handler threw or rejected, and its call has been answered with INTERNAL; or the system would not give us a connection. */
  report(error: unknown): void;
}

export interface FastServerOptions {
  /** `host:port`, `[v6]:port` or `unix:/path`; port 0 takes a free one. */
  readonly address: string;
  /** Other processes may listen at the same port; the system spreads connections over them. */
  readonly reusePort?: boolean | undefined;
  readonly tls?: TransportTls | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Milliseconds, 0 for never; each connection gets up to a tenth more or less, so that they do not return together. */
  readonly maxConnectionAge?: number | undefined;
  /** Milliseconds after its age is reached in which a connection's calls may end. */
  readonly maxConnectionAgeGrace?: number | undefined;
  /** Further connections are closed at once. */
  readonly maxConnections?: number | undefined;
}

/** A server of unary gRPC calls over sockets. */
export interface FastServer {
  readonly counters: Counters;
  /** Connections that are open. */
  readonly connections: number;
  /** Calls that wait for an answer. */
  readonly pending: number;
  /** Resolves to the address in use. */
  start(): Promise<string>;
  /** Other certificates for the connections to come. */
  setTls(tls: TransportTls): void;
  /** No new connections and calls. Resolves when those in flight are over. */
  drain(): Promise<void>;
  /** Ends every connection at once. */
  destroy(): void;
}

const tickMs = 100;
// Never from Node's shared slab: what we gather may live as long as a call.
const allocate = (size: number): Buffer => Buffer.allocUnsafeSlow(size);
const tlsHandshakeMs = 10_000;

export function createFastServer(deps: FastServerDeps, options: FastServerOptions): FastServer {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const counters = createCounters();
  const sockets = new Map<FastSocket, Lifetime>();
  const socketDeps: FastSocketDeps = {
    routes: deps.routes,
    limits,
    counters,
    allocate,
    pool: new BufferPool(allocate),
    now: () => performance.now(),
    report: (error) => deps.report(error),
    closed: (socket) => {
      sockets.delete(socket);
      if (sockets.size === 0) {
        emptied();
      }
    },
  };
  let emptied = (): void => undefined;
  let draining = false;
  let timer: NodeJS.Timeout | undefined;

  const adopt = (socket: Socket, certificate: Uint8Array | undefined): void => {
    const adopted = new FastSocket(socket, certificate, socketDeps);
    sockets.set(adopted, lifetime(adopted.openedAt, options));
    if (draining) {
      adopted.drain(performance.now());
    }
  };
  const server = options.tls === undefined ? plainServer(adopt) : tlsServer(options.tls, adopt);
  // An accept that failed, for want of descriptors say, must not end the process.
  server.on("error", (error) => deps.report(error));
  server.maxConnections = options.maxConnections ?? 20_000;

  const tick = (): void => {
    const now = performance.now();
    for (const [socket, { drainAt, destroyAt }] of sockets) {
      if (now >= drainAt) {
        socket.drain(now);
      }
      if (now >= destroyAt) {
        socket.destroy();
      }
      socket.tick(now);
    }
  };

  return {
    counters,
    get connections(): number {
      return sockets.size;
    },
    get pending(): number {
      let pending = 0;
      for (const socket of sockets.keys()) {
        pending += socket.pending;
      }
      return pending;
    },
    async start(): Promise<string> {
      const address = await listen(server, options.address, options.reusePort ?? false);
      timer = setInterval(tick, tickMs).unref();
      return address;
    },
    setTls(tls: TransportTls): void {
      if ("setSecureContext" in server) {
        server.setSecureContext(contextOptions(tls));
      }
    },
    async drain(): Promise<void> {
      draining = true;
      server.close();
      const now = performance.now();
      const closed = new Promise<void>((resolve) => {
        emptied = resolve;
      });
      for (const socket of sockets.keys()) {
        socket.drain(now);
      }
      if (sockets.size > 0) {
        await closed;
      }
      clearInterval(timer);
    },
    destroy(): void {
      for (const socket of sockets.keys()) {
        socket.destroy();
      }
    },
  };
}

interface Lifetime {
  readonly drainAt: number;
  readonly destroyAt: number;
}

function lifetime(openedAt: number, options: FastServerOptions): Lifetime {
  const age = options.maxConnectionAge ?? 0;
  if (age === 0) {
    return { drainAt: Number.POSITIVE_INFINITY, destroyAt: Number.POSITIVE_INFINITY };
  }
  const drainAt = openedAt + age * (0.9 + 0.2 * Math.random());
  return { drainAt, destroyAt: drainAt + (options.maxConnectionAgeGrace ?? 10_000) };
}

type Adopt = (socket: Socket, certificate: Uint8Array | undefined) => void;

function plainServer(adopt: Adopt): Server {
  // A client may half-close after its last request (RFC 9113 §5.4.1 leaves the transport's end to each side).
  return createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) => adopt(socket, undefined));
}

function tlsServer(tls: TransportTls, adopt: Adopt): TlsServer {
  const server = createTlsServer({
    ...contextOptions(tls),
    handshakeTimeout: tlsHandshakeMs,
    ALPNProtocols: ["h2"],
    keepAlive: true,
    allowHalfOpen: true,
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    // RFC 9113 §3.2: over TLS, HTTP/2 is chosen by ALPN or not at all.
    if (socket.alpnProtocol !== "h2") {
      socket.destroy();
      return;
    }
    adopt(socket, socket.getPeerX509Certificate()?.raw);
  });
  // A handshake that failed has no connection yet whose end would have to be noticed.
  server.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
  return server;
}

function contextOptions(tls: TransportTls): TlsOptions {
  const client: TlsOptions =
    tls.clientRoots === undefined ? {} : { ca: Buffer.from(tls.clientRoots), requestCert: true, rejectUnauthorized: true };
  return { cert: Buffer.from(tls.certificate), key: Buffer.from(tls.key), minVersion: "TLSv1.2", ...client };
}
