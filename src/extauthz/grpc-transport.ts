import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import type { CheckCore } from "./check-core.ts";
import { createHealth, decodeHealthRequest, encodeHealth, type ServingStatus } from "./health.ts";
import { loadServiceDefinitions } from "./service-definitions.ts";
import type { CheckTransport, TransportOptions, TransportTls } from "./transport.ts";
import { removeStaleSocket } from "./unix-socket.ts";
import { within } from "./within.ts";

/** How far above our own limit grpc-js cuts a message off: between the two we still answer for ourselves. */
const HARD_LIMIT = 4;

/** Milliseconds that the last denials of a drain get to reach their callers. */
const LAST_WORDS = 100;

type Unary = ServerUnaryCall<Buffer, Uint8Array>;
type Watch = ServerWritableStream<Buffer, Uint8Array>;

/** The door on grpc-js. It answers every RPC and is the reference that the fast transport is held against. */
export function createGrpcTransport(core: CheckCore, options: TransportOptions): CheckTransport {
  const { address, limits } = options;
  // Every error reaches us as an error; grpc-js would print it beside that.
  setLogVerbosity(logVerbosity.NONE);
  const health = createHealth();
  const watches = new Set<Watch>();
  const server = new Server({
    // Its bookkeeping takes a third of a call's time and nothing reads it.
    "grpc.enable_channelz": 0,
    "grpc.max_receive_message_length": limits.maxMessageBytes * HARD_LIMIT,
    "grpc.max_concurrent_streams": limits.maxConcurrentStreams,
    ...(limits.maxConnectionAge > 0 && {
      "grpc.max_connection_age_ms": limits.maxConnectionAge,
      "grpc.max_connection_age_grace_ms": limits.maxConnectionAgeGrace,
    }),
  });

  const check = (call: Unary, reply: sendUnaryData<Uint8Array>): void => {
    const deadline = Number(call.getDeadline());
    const answer = core.handle(call.request, Number.isFinite(deadline) ? deadline : undefined);
    if (answer instanceof Uint8Array) reply(null, answer);
    else void answer.then((bytes) => reply(null, bytes));
  };

  const checkHealth = (call: Unary, reply: sendUnaryData<Uint8Array>): void => {
    const service = decodeHealthRequest(call.request);
    if (service === undefined) return reply({ code: status.INVALID_ARGUMENT, details: "not a HealthCheckRequest" });
    const state = health.status(service);
    if (state === "SERVICE_UNKNOWN") return reply({ code: status.NOT_FOUND, details: "unknown service" });
    reply(null, encodeHealth(state));
  };

  const watchHealth = (call: Watch): void => {
    const service = decodeHealthRequest(call.request);
    if (service === undefined) {
      call.emit("error", { code: status.INVALID_ARGUMENT, details: "not a HealthCheckRequest" });
      return;
    }
    const tell = (state: ServingStatus): void => {
      call.write(encodeHealth(state));
    };
    const unwatch = health.watch(service, tell);
    watches.add(call);
    const forget = (): void => {
      unwatch();
      watches.delete(call);
    };
    call.on("cancelled", forget);
    call.on("close", forget);
    tell(health.status(service));
  };

  const definitions = loadServiceDefinitions();
  server.addService(definitions.authorization, { Check: check });
  server.addService(definitions.health, { Check: checkHealth, Watch: watchHealth });

  return {
    async start() {
      if (address.startsWith("unix:")) await removeStaleSocket(address.slice("unix:".length));
      const port = await bind(server, address, options.tls);
      return address.startsWith("unix:") ? address : `${address.slice(0, address.lastIndexOf(":"))}:${port}`;
    },
    connections: () => undefined,
    events: () => ({}),
    setServing: (serving) => health.set(serving),
    async drain(ms) {
      health.set(false);
      for (const watch of watches) watch.end();
      // Sends GOAWAY on each connection, and is done when the last call is.
      const done = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      if (await within(done, ms)) return;
      core.abandon();
      if (await within(done, LAST_WORDS)) return;
      server.forceShutdown();
    },
  };
}

function bind(server: Server, address: string, tls: TransportTls | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials(tls), (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on \`${address}\`: ${error.message}`, { cause: error }));
    });
  });
}

function credentials(tls: TransportTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) };
  return tls.clientRoots === undefined
    ? ServerCredentials.createSsl(null, [pair])
    : ServerCredentials.createSsl(Buffer.from(tls.clientRoots), [pair], true);
}
