import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SampleService {
  readonly port: number;
  close(): void;
}

/** Answers each order with what the service saw of the request, so that the caller sees what Sallyport added and took away. */
export function startOrders(): Promise<SampleService> {
  return listen((incoming, response) => {
    answer(response, 200, { service: "orders", ...whatItSaw(incoming) });
  });
}

/** A page that calls orders as any application would: in plaintext, through its own sidecar, knowing nothing of certificates. */
export function startFrontend(ordersUrl: string): Promise<SampleService> {
  return listen((incoming, response) => {
    const call = request(new URL("/api/v1/orders", ordersUrl), { headers: { host: "orders.shop" } }, (reply) => {
      let body = "";
      reply.setEncoding("utf8");
      reply.on("data", (part: string) => {
        body += part;
      });
      reply.on("end", () =>
        answer(response, 200, {
          service: "frontend",
          ...whatItSaw(incoming),
          orders: { status: reply.statusCode, body: parsed(body) },
        }),
      );
    });
    call.on("error", (error) => answer(response, 502, { service: "frontend", error: error.message }));
    call.end();
  });
}

function whatItSaw(incoming: IncomingMessage): { readonly [field: string]: unknown } {
  const { "x-forwarded-client-cert": certificate, "x-user": user } = incoming.headers;
  return {
    method: incoming.method,
    path: incoming.url,
    // Envoy writes this header from the certificate that it verified, and drops one that a caller sends.
    caller: /URI=([^;,]+)/.exec(String(certificate ?? ""))?.[1] ?? "(no certificate)",
    user: user ?? "(none)",
    headers: incoming.headersDistinct,
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function listen(handler: (incoming: IncomingMessage, response: ServerResponse) => void): Promise<SampleService> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    handler(incoming, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Envoy finds the port in its configuration, so that any free one will do.
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
