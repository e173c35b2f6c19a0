import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on a free loopback port whose answer a test sets, and which counts who asked for what. */
export interface ProviderServer {
  readonly origin: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  answer(handler: Handler): void;
  close(): Promise<void>;
}

export const json =
  (body: string): Handler =>
  (_request, response) => {
    response.setHeader("content-type", "application/json").end(body);
  };

export async function startProviderServer(handler: Handler): Promise<ProviderServer> {
  let current = handler;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    current(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(next) {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
