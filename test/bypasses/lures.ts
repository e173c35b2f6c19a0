import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { freePort } from "../../scripts/components/ports.ts";
import type { LurePorts } from "./manifests.ts";

/** Servers that attacks would have us ask. */
export interface Lures {
  readonly ports: LurePorts;
  /** Requests to the server that redirects: their paths and headers. */
  readonly asked: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Connections to the server on loopback that no object allows. */
  touched(): number;
  stop(): void;
}

export async function startLures(): Promise<Lures> {
  const asked: { path: string; headers: IncomingHttpHeaders }[] = [];
  let touched = 0;
  const redirecting = createServer((request, response) => {
    asked.push({ path: request.url ?? "", headers: request.headers });
    response.writeHead(302, { location: "/inside", "set-cookie": "lure=1" });
    response.end();
  });
  const guarded = createTcp((socket) => {
    touched++;
    socket.destroy();
  });
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => void server.listen({ port: 0, host: "127.0.0.1" }, resolve));
    return (server.address() as AddressInfo).port;
  };
  return {
    ports: { redirecting: await listen(redirecting), guarded: await listen(guarded), closed: await freePort() },
    asked,
    touched: () => touched,
    stop: () => {
      redirecting.close();
      redirecting.closeAllConnections();
      guarded.close();
    },
  };
}
