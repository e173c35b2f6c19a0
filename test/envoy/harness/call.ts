import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { SIDECAR_SNI } from "../../../src/sidecar/tls-context.ts";
import { ECHO_HEADER, type SeenRequest } from "./echo-service.ts";
import { exchangeHttp1, type RawResponse } from "./http1-client.ts";
import { exchangeHttp2 } from "./http2-client.ts";

/** What a caller shows in the TLS handshake. Both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Call {
  /** `GET` unless given. */
  readonly method?: string;
  /** Written as it is, query included. */
  readonly path?: string;
  /** The Host header or `:authority`; `orders.shop` unless given, none if `null`. */
  readonly host?: string | null;
  /** In order; a name may occur more than once. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Bytes as latin1. */
  readonly body?: string;
  /** Calls over mTLS with this certificate; in plaintext if absent; over TLS without a certificate if `null`. */
  readonly clientCertificate?: ClientCertificate | null;
  readonly protocol?: "http1" | "http2";
  /** HTTP/1 bytes that are sent instead of all of the above but the certificate. */
  readonly raw?: string;
}

export interface CallResult extends RawResponse {
  /** What the application saw, if the call reached it. */
  readonly upstreamSaw: SeenRequest | undefined;
  /** The error's code, where no response came; then `status` is 0. */
  readonly failure: string | undefined;
}

export interface CallTarget {
  readonly port: number;
  /** PEM of the roots that the sidecar's certificate must chain to. */
  readonly trustBundle: string;
}

/** Milliseconds that a call may take. */
const CALL_LIMIT = 15_000;

/** Makes one call on a connection of its own. Failures to connect or to get an answer are results, not exceptions. */
export async function call(target: CallTarget, options: Call): Promise<CallResult> {
  try {
    const socket = await connect(target, options);
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error("no response in time"), { code: "TIMEOUT" })),
      CALL_LIMIT,
    );
    const response = await exchange(socket, options).finally(() => clearTimeout(timer));
    const echoed = response.headers.some(([name]) => name === ECHO_HEADER);
    return {
      ...response,
      upstreamSaw: echoed && response.body !== "" ? (JSON.parse(response.body) as SeenRequest) : undefined,
      failure: undefined,
    };
  } catch (error) {
    const failure = (error as NodeJS.ErrnoException).code ?? String(error);
    return { status: 0, headers: [], body: "", upstreamSaw: undefined, failure };
  }
}

function exchange(socket: Duplex, options: Call): Promise<RawResponse> {
  const { method = "GET", path = "/", host = "orders.shop", headers = [], body = "" } = options;
  if (options.protocol === "http2") {
    const scheme = options.clientCertificate === undefined ? "http" : "https";
    const authority: readonly (readonly [string, string])[] = host === null ? [] : [[":authority", host]];
    return exchangeHttp2(socket, [[":method", method], [":path", path], [":scheme", scheme], ...authority, ...headers], body);
  }
  if (options.raw !== undefined) return exchangeHttp1(socket, options.raw);
  const lines = [`${method} ${path} HTTP/1.1`];
  if (host !== null) lines.push(`host: ${host}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (body !== "") lines.push(`content-length: ${body.length}`);
  lines.push("connection: close");
  return exchangeHttp1(socket, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

function connect(target: CallTarget, options: Call): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (options.clientCertificate === undefined) {
      const socket = connectTcp({ host: "127.0.0.1", port: target.port }, () => resolve(socket));
      socket.once("error", reject);
      return;
    }
    const socket = connectTls(
      {
        host: "127.0.0.1",
        port: target.port,
        servername: SIDECAR_SNI,
        ALPNProtocols: [options.protocol === "http2" ? "h2" : "http/1.1"],
        ca: target.trustBundle,
        ...(options.clientCertificate && {
          cert: options.clientCertificate.certificate,
          key: options.clientCertificate.privateKey,
        }),
        // An SVID names a workload, not a host; its chain is still verified.
        checkServerIdentity: () => undefined,
      },
      () => resolve(socket),
    );
    socket.once("error", reject);
  });
}
