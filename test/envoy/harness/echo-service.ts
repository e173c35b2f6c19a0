import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A request as the application behind a sidecar got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly protocol: "HTTP/1.1" | "HTTP/2";
  /** In the order of the wire, names in lower case, repeated ones apart, without pseudo-headers. */
  readonly headers: readonly (readonly [string, string])[];
  /** Bytes as latin1. */
  readonly body: string;
}

export interface EchoService {
  readonly port: number;
  /** Every request so far. */
  readonly seen: readonly SeenRequest[];
  stop(): void;
}

/** Marks an answer as the application's own. */
export const ECHO_HEADER = "x-echo";

/** An application that answers each request, over HTTP/1 or plaintext HTTP/2, with what it saw of it. */
export async function startEchoService(): Promise<EchoService> {
  const seen: SeenRequest[] = [];
  const echo = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const headers: [string, string][] = [];
      for (let index = 0; index < request.rawHeaders.length; index += 2)
        headers.push([(request.rawHeaders[index] ?? "").toLowerCase(), request.rawHeaders[index + 1] ?? ""]);
      const record: SeenRequest = {
        method: request.method ?? "",
        path: request.url ?? "",
        protocol: request.httpVersionMajor === 2 ? "HTTP/2" : "HTTP/1.1",
        headers: headers.filter(([name]) => !name.startsWith(":")),
        body: Buffer.concat(parts).toString("latin1"),
      };
      seen.push(record);
      response.statusCode = 200;
      response.setHeader("content-type", "application/json");
      response.setHeader(ECHO_HEADER, "1");
      (response as ServerResponse).end(JSON.stringify(record));
    });
  };
  const http1 = createHttp1(echo);
  const http2 = createHttp2(echo);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    // The first bytes tell: HTTP/2 opens with `PRI * HTTP/2.0` (RFC 9113 §3.4).
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first.subarray(0, 4).toString("latin1") === "PRI " ? http2 : http1).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => void server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
