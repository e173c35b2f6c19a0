import type { Routes, UnaryMethod } from "../http2/call.ts";
import { GrpcStatus } from "../http2/grpc/status.ts";
import type { CheckCore } from "./check-core.ts";
import { createFastServer, type FastServer } from "./fast-server.ts";
import { createHealth, decodeHealthRequest, encodeHealth, type Health } from "./health.ts";
import type { CheckTransport, TransportLimits, TransportOptions } from "./transport.ts";
import { within } from "./within.ts";

/** Milliseconds that the last denials of a drain get to reach their callers. */
const LAST_WORDS = 100;

/** Milliseconds beyond the core's own longest wait: a handler's promise is the core's to bound, this only keeps a fault of ours from staying. */
const ANSWER_TIMEOUT = 60_000;

export interface FastTransportOptions extends TransportOptions {
  /** Other processes may listen at the same port; the system spreads connections over them. */
  readonly reusePort?: boolean | undefined;
  /** Told of connections that the system would not give us, and of handlers that threw, which the core never does. */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** The door on our own HTTP/2: the unary RPCs, `Check` and health, at a fraction of the cost. `Health/Watch` it answers with UNIMPLEMENTED. */
export interface FastTransport extends CheckTransport {
  readonly server: FastServer;
}

export function createFastTransport(core: CheckCore, options: FastTransportOptions): FastTransport {
  const { address, tls, limits, reusePort, report = (): void => undefined } = options;
  const health = createHealth();
  const server = createFastServer(
    { routes: routes(core, health), report },
    {
      address,
      reusePort,
      tls,
      limits: connectionLimits(limits),
      maxConnectionAge: limits.maxConnectionAge,
      maxConnectionAgeGrace: limits.maxConnectionAgeGrace,
    },
  );
  return {
    server,
    start: () => server.start(),
    connections: () => server.connections,
    events: () => server.counters,
    setServing: (serving) => health.set(serving),
    async drain(ms) {
      health.set(false);
      const done = server.drain();
      if (await within(done, ms)) return;
      core.abandon();
      if (await within(done, LAST_WORDS)) return;
      server.destroy();
      await done;
    },
  };
}

function routes(core: CheckCore, health: Health): Routes {
  const epochOf = createEpochClock();
  const check: UnaryMethod = {
    handle: (message, { timeoutMs }, now) =>
      core.handle(message, timeoutMs === Number.POSITIVE_INFINITY ? undefined : epochOf(now) + timeoutMs, now),
    tooLarge: () => core.tooLarge(),
  };
  return new Map([
    ["/envoy.service.auth.v3.Authorization/Check", check],
    ["/grpc.health.v1.Health/Check", healthCheck(health)],
  ]);
}

function healthCheck(health: Health): UnaryMethod {
  return {
    handle(message) {
      const service = decodeHealthRequest(message);
      if (service === undefined) return { status: GrpcStatus.invalidArgument, message: "not a HealthCheckRequest" };
      const status = health.status(service);
      return status === "SERVICE_UNKNOWN" ? { status: GrpcStatus.notFound, message: "unknown service" } : encodeHealth(status);
    },
    tooLarge: () => ({ status: GrpcStatus.resourceExhausted, message: "the message is too large" }),
  };
}

function connectionLimits(limits: TransportLimits): {
  maxMessageSize: number;
  maxConcurrentStreams: number;
  answerTimeout: number;
} {
  return {
    maxMessageSize: limits.maxMessageBytes,
    maxConcurrentStreams: limits.maxConcurrentStreams,
    answerTimeout: ANSWER_TIMEOUT,
  };
}

/** The time since the epoch of a monotonic time that is now. A read of the socket brings many calls, and asking the clock takes 60 ns. */
function createEpochClock(): (now: number) => number {
  let asked = Number.NaN;
  let epoch = 0;
  return (now) => {
    if (now !== asked) {
      asked = now;
      epoch = Date.now();
    }
    return epoch;
  };
}
