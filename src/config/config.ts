import type { ListenAddress } from "./address.ts";

type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
type Transport = "grpc-js" | "fast";

/**
 * Everything a process is told from outside, parsed and frozen. Durations are milliseconds, sizes are bytes, paths are as written (relative ones
 * belong to the working directory). Names, defaults and help of each field stand in `SETTINGS`.
 */
export interface Config {
  /** Files or directories of manifests. */
  readonly policies: readonly string[];
  readonly grpcAddress: ListenAddress;
  readonly adminAddress: ListenAddress;
  readonly logLevel: LogLevel;
  readonly trustDomain: string;
  /** Proxies in front of Envoy whose `x-forwarded-for` entries are believed. */
  readonly trustedHops: number;
  /** Where the API keys of cluster-scoped policies are. */
  readonly installationNamespace: string;
  /** What a workload gets that no policy selects. Hosts without a policy are always denied. */
  readonly defaultAction: "Deny" | "Allow";
  readonly grpcTlsCert: string | undefined;
  readonly grpcTlsKey: string | undefined;
  readonly grpcTlsClientCa: string | undefined;
  /** Milliseconds; 0 for no limit. */
  readonly maxConnectionAge: number;
  /** Milliseconds. */
  readonly drainTimeout: number;
  /** Calls that may wait at once. */
  readonly maxPending: number;
  /** Milliseconds that a call may have waited before it is looked at; 0 for no limit. */
  readonly maxQueueTime: number;
  readonly maxMessageBytes: number;
  /** The share of allowed decisions that become an event, 0 to 1. */
  readonly eventSampleRate: number;
  /** Events per second, allows and denials together; 0 for none. */
  readonly eventRateLimit: number;
  readonly tokenCacheSize: number;
  /** A directory of client credentials; absent where no provider is asked about tokens. */
  readonly introspectionCredentials: string | undefined;
  readonly transport: Transport;
}

/** One reason why a configuration is refused. */
export interface ConfigFault {
  /** Where it stands: `flag --grpc-address`, `env SALLYPORT_GRPC_ADDRESS`, `config.yaml:3:5`. */
  readonly source: string;
  readonly message: string;
  readonly help?: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly origins: ReadonlyMap<keyof Config, string> }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };
