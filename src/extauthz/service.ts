import { type CheckDeps, createCheckCore } from "./check-core.ts";
import { createFastTransport } from "./fast-transport.ts";
import { createGrpcTransport } from "./grpc-transport.ts";
import { type CheckTransport, DEFAULT_LIMITS, type TransportLimits, type TransportTls } from "./transport.ts";

export interface ExtAuthzOptions {
  /** `0.0.0.0:9191`, `[::]:9191`, `unix:/run/sallyport/door.sock`; port 0 takes a free one. */
  readonly address: string;
  readonly tls?: TransportTls | undefined;
  /** `grpc-js` where absent. `fast` serves the unary RPCs at a fraction of the cost, and no `Health/Watch`. */
  readonly transport?: "grpc-js" | "fast" | undefined;
  /** Several processes may listen at one port; `fast` only. */
  readonly reusePort?: boolean | undefined;
  /** Told of connections that the system would not give us; `fast` only, grpc-js keeps that to itself. */
  readonly report?: ((error: unknown) => void) | undefined;
  /** What is left out takes its value from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<TransportLimits>;
}

/** Envoy's edge: `envoy.service.auth.v3.Authorization` and `grpc.health.v1.Health` at one address. Nothing listens before `start`. */
export function createExtAuthzServer(deps: CheckDeps, options: ExtAuthzOptions): CheckTransport {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const core = createCheckCore(deps, limits);
  const { address, tls, reusePort, report } = options;
  return options.transport === "fast"
    ? createFastTransport(core, { address, tls, limits, reusePort, report })
    : createGrpcTransport(core, { address, tls, limits });
}
