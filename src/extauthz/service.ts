import { type CheckDeps, createCheckCore } from "./check-core.ts";
import { createGrpcTransport } from "./grpc-transport.ts";
import { type CheckTransport, DEFAULT_LIMITS, type TransportLimits, type TransportTls } from "./transport.ts";

export interface ExtAuthzOptions {
  /** `0.0.0.0:9191`, `[::]:9191`, `unix:/run/sallyport/door.sock`; port 0 takes a free one. */
  readonly address: string;
  readonly tls?: TransportTls | undefined;
  /** What is left out takes its value from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<TransportLimits>;
}

/** Envoy's edge: `envoy.service.auth.v3.Authorization` and `grpc.health.v1.Health` at one address. Nothing listens before `start`. */
export function createExtAuthzServer(deps: CheckDeps, options: ExtAuthzOptions): CheckTransport {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return createGrpcTransport(createCheckCore(deps, limits), { address: options.address, tls: options.tls, limits });
}
