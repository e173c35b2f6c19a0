import { parseAddress } from "./address.ts";
import type { Config } from "./config.ts";
import { durationBetween } from "./duration.ts";
import { oneOf, parseNamespace, parsePath, parseShare, parseTrustDomain, wholeBetween } from "./scalar.ts";
import type { Setting } from "./setting.ts";
import { sizeBetween } from "./size.ts";

type Settings = { readonly [Key in keyof Config]: Setting<Config[Key]> };

/** Every setting there is: the one table from which flags, environment names, file keys, help and docs/configuration.md come. */
export const SETTINGS: Settings = {
  policies: {
    flag: "policies",
    commands: ["serve", "explain"],
    placeholder: "PATH",
    description: "a file or directory of policy manifests; may be given several times",
    list: true,
    parse: parsePath,
  },
  grpcAddress: {
    flag: "grpc-address",
    commands: ["serve"],
    placeholder: "HOST:PORT",
    description: "where Envoy's ext_authz filter connects, also `[v6]:port` or `unix:/path`",
    default: "0.0.0.0:9191",
    list: false,
    parse: parseAddress,
  },
  grpcTlsCert: {
    flag: "grpc-tls-cert",
    commands: ["serve"],
    placeholder: "FILE",
    description: "PEM certificate chain of the gRPC server; without it the server speaks plaintext",
    list: false,
    parse: parsePath,
  },
  grpcTlsKey: {
    flag: "grpc-tls-key",
    commands: ["serve"],
    placeholder: "FILE",
    description: "PEM private key that belongs to --grpc-tls-cert",
    list: false,
    parse: parsePath,
  },
  grpcTlsClientCa: {
    flag: "grpc-tls-client-ca",
    commands: ["serve"],
    placeholder: "FILE",
    description: "PEM roots of the client certificates that the gRPC server then requires",
    list: false,
    parse: parsePath,
  },
  adminAddress: {
    flag: "admin-address",
    commands: ["serve"],
    placeholder: "HOST:PORT",
    description: "where /healthz, /readyz and /metrics are served over HTTP",
    default: "127.0.0.1:9901",
    list: false,
    parse: parseAddress,
  },
  trustDomain: {
    flag: "trust-domain",
    commands: ["serve", "lint", "explain", "test"],
    placeholder: "NAME",
    description: "the SPIFFE trust domain that `serviceAccounts` and `namespaces` of a policy mean",
    default: "cluster.local",
    list: false,
    parse: parseTrustDomain,
  },
  trustedHops: {
    flag: "trusted-hops",
    commands: ["serve", "explain", "test"],
    placeholder: "NUMBER",
    description:
      "proxies in front of Envoy whose `x-forwarded-for` entries are believed when `remoteIpBlocks` looks for the client",
    default: "0",
    list: false,
    parse: wholeBetween(0, 16),
  },
  installationNamespace: {
    flag: "installation-namespace",
    commands: ["serve", "lint", "explain", "test"],
    placeholder: "NAME",
    description: "the namespace whose API keys ClusterAPIPolicies accept",
    default: "sallyport-system",
    list: false,
    parse: parseNamespace,
  },
  defaultAction: {
    flag: "default-action",
    commands: ["serve", "explain", "test"],
    placeholder: "ACTION",
    description: "what a workload gets that no policy selects: `Deny` or `Allow`; hosts without a policy are always denied",
    default: "Deny",
    list: false,
    parse: oneOf(["Deny", "Allow"]),
  },
  transport: {
    flag: "transport",
    commands: ["serve"],
    placeholder: "NAME",
    description: "what serves the gRPC calls: `fast`, or `grpc-js`, the reference, which alone streams health to `Health/Watch`",
    default: "fast",
    list: false,
    parse: oneOf(["grpc-js", "fast"]),
  },
  maxConnectionAge: {
    flag: "max-connection-age",
    commands: ["serve"],
    placeholder: "DURATION",
    description:
      "when a gRPC connection is asked to reconnect, so that Envoy's few connections spread over replicas; 0 for never",
    default: "15m",
    list: false,
    parse: durationBetween("1s", "24h", "or 0"),
  },
  drainTimeout: {
    flag: "drain-timeout",
    commands: ["serve"],
    placeholder: "DURATION",
    description: "how long calls in flight may take to end after SIGTERM; keep it under the pod's grace period",
    default: "25s",
    list: false,
    parse: durationBetween("0s", "1h"),
  },
  maxPending: {
    flag: "max-pending",
    commands: ["serve"],
    placeholder: "NUMBER",
    description: "calls that may wait at once; more are answered 503 `overloaded`",
    default: "1000",
    list: false,
    parse: wholeBetween(1, 1_000_000),
  },
  maxQueueTime: {
    flag: "max-queue-time",
    commands: ["serve"],
    placeholder: "DURATION",
    description:
      "how long a call may have waited before this process looks at it; others are answered 503 `overloaded`, before Envoy's timeout (200 ms) ends them; 0 for no limit",
    default: "150ms",
    list: false,
    parse: durationBetween("50ms", "1m", "or 0"),
  },
  maxMessageBytes: {
    flag: "max-message-bytes",
    commands: ["serve"],
    placeholder: "SIZE",
    description: "the largest CheckRequest that is read; keep it above Envoy's `max_request_bytes` with room for the headers",
    default: "4MiB",
    list: false,
    parse: sizeBetween(131_072, 67_108_864),
  },
  tokenCacheSize: {
    flag: "token-cache-size",
    commands: ["serve"],
    placeholder: "NUMBER",
    description: "verified tokens that are remembered; 0 verifies each one anew",
    default: "10000",
    list: false,
    parse: wholeBetween(0, 1_000_000),
  },
  introspectionCredentials: {
    flag: "introspection-credentials",
    commands: ["serve", "explain"],
    placeholder: "DIR",
    description:
      "a directory with the client credentials for token introspection: one JSON file a provider, `<namespace>_<name>` (`<name>` for a ClusterIdentityProvider), with `url`, `clientId` and `clientSecret`",
    list: false,
    parse: parsePath,
  },
  logLevel: {
    flag: "log-level",
    commands: ["serve"],
    placeholder: "LEVEL",
    description: "the least level that is logged; decision events are `info`, and `silent` turns them off too",
    default: "info",
    list: false,
    parse: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  },
  eventSampleRate: {
    flag: "event-sample-rate",
    commands: ["serve"],
    placeholder: "SHARE",
    description: "the share of allowed decisions that is logged, from 0 to 1; denials are not sampled",
    default: "1",
    list: false,
    parse: parseShare,
  },
  eventRateLimit: {
    flag: "event-rate-limit",
    commands: ["serve"],
    placeholder: "NUMBER",
    description: "decision events logged in one second, denials first; 0 for none",
    default: "1000",
    list: false,
    parse: wholeBetween(0, 100_000),
  },
};

/** The keys of `SETTINGS` in the order of help and docs. */
export const SETTING_KEYS: readonly (keyof Config)[] = Object.keys(SETTINGS) as (keyof Config)[];
