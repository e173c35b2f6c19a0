import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { type Readiness, renderChecks, renderReadiness } from "./readiness.ts";

export interface AdminDeps {
  readonly readiness: () => Readiness;
  /** A scrape in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly metricsContentType: string;
  /** Told of a request that failed on our side. */
  readonly onError: (error: unknown, path: string) => void;
}

type AdminAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface AdminServer {
  /** Starts to listen and tells where: `http://127.0.0.1:9901`, `unix:/run/admin.sock`. Rejects with the system's error (`EADDRINUSE`, …). */
  listen(address: AdminAddress): Promise<string>;
  /** Ends at once: open connections are cut, because a probe that waits learns nothing more. */
  close(): Promise<void>;
}

const PATHS = ["/healthz", "/readyz", "/metrics"];
const TEXT = "text/plain; charset=utf-8";

/**
 * Health and metrics over HTTP, for probes and Prometheus. It has no door that changes or explains anything, because nobody is asked who they are
 * here (B101).
 */
export function createAdminServer(deps: AdminDeps): AdminServer {
  const server: FastifyInstance = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 5_000,
    connectionTimeout: 10_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1 },
  });
  const send = (reply: FastifyReply, status: number, text: string, type: string = TEXT): FastifyReply =>
    reply
      .code(status)
      .headers({ "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" })
      .send(text);

  server.get("/healthz", (_request, reply) => send(reply, 200, "ok\n"));
  server.get<{ Querystring: Record<string, unknown> }>("/readyz", (request, reply) => {
    const readiness = deps.readiness();
    const text = Object.hasOwn(request.query, "verbose") ? renderChecks(readiness) : renderReadiness(readiness);
    return send(reply, readiness.ready ? 200 : 503, text);
  });
  server.get("/metrics", async (_request, reply) => send(reply, 200, await deps.metrics(), deps.metricsContentType));

  server.setNotFoundHandler((request, reply) => {
    const [path = ""] = request.url.split("?", 1);
    if (PATHS.includes(path)) return send(reply.header("allow", "GET, HEAD"), 405, "only GET and HEAD are answered here\n");
    return send(reply, 404, `nothing here; there are ${PATHS.join(", ")} and /readyz?verbose\n`);
  });
  server.setErrorHandler((error: { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return send(reply, status, "the request cannot be read\n");
    deps.onError(error, request.routeOptions.url ?? "");
    return send(reply, 500, "this failed; the log says why\n");
  });

  return {
    listen: async (address) => {
      if (address.kind === "tcp") return server.listen({ host: address.host, port: address.port });
      await server.listen({ path: address.path });
      return `unix:${address.path}`;
    },
    close: async () => {
      await server.close();
    },
  };
}
