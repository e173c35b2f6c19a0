import { formatAddress, type ListenAddress } from "./address.ts";
import type { Config, ConfigFault } from "./config.ts";
import { type CommandName, envName } from "./setting.ts";
import { SETTINGS } from "./settings.ts";

interface Contradiction {
  readonly commands: readonly CommandName[];
  /** The settings that it is about; the first that was given is where the fault is told. */
  readonly keys: readonly (keyof Config)[];
  readonly holds: (config: Config, given: ReadonlySet<keyof Config>) => boolean;
  readonly message: (config: Config) => string;
  readonly help: string;
}

/** What cannot be true together. Each is right by itself, so only the whole can be refused. */
const CONTRADICTIONS: readonly Contradiction[] = [
  {
    commands: ["serve", "explain"],
    keys: ["policies"],
    holds: (config) => config.policies.length === 0,
    message: () => "no policies are named",
    help: `name the directory of your manifests: \`--policies DIR\` or \`${envName("policies")}\``,
  },
  {
    commands: ["serve"],
    keys: ["grpcTlsCert", "grpcTlsKey"],
    holds: (config) => config.grpcTlsCert !== undefined && config.grpcTlsKey === undefined,
    message: () => "a certificate is named without its private key",
    help: "add `--grpc-tls-key FILE`, or remove the certificate to serve plaintext",
  },
  {
    commands: ["serve"],
    keys: ["grpcTlsKey", "grpcTlsCert"],
    holds: (config) => config.grpcTlsKey !== undefined && config.grpcTlsCert === undefined,
    message: () => "a private key is named without its certificate",
    help: "add `--grpc-tls-cert FILE`, or remove the key to serve plaintext",
  },
  {
    commands: ["serve"],
    keys: ["grpcTlsClientCa", "grpcTlsCert", "grpcTlsKey"],
    holds: (config) =>
      config.grpcTlsClientCa !== undefined && config.grpcTlsCert === undefined && config.grpcTlsKey === undefined,
    message: () => "client certificates are required, but the server has no certificate of its own",
    help: "add `--grpc-tls-cert FILE` and `--grpc-tls-key FILE`",
  },
  {
    commands: ["serve"],
    keys: ["adminAddress", "grpcAddress"],
    holds: (config) => collide(config.adminAddress, config.grpcAddress),
    message: (config) =>
      `\`${formatAddress(config.adminAddress)}\` is taken by the gRPC server on \`${formatAddress(config.grpcAddress)}\``,
    help: "give each its own port",
  },
  {
    commands: ["serve"],
    keys: ["eventSampleRate", "eventRateLimit"],
    holds: (config, given) => given.has("eventSampleRate") && config.eventSampleRate > 0 && config.eventRateLimit === 0,
    message: () => "a share of the decisions is to be logged, but the rate limit is 0",
    help: "raise `--event-rate-limit`, or leave the share out",
  },
];

export interface ReadSettings {
  readonly config: Config;
  /** Where each setting that was given stands. */
  readonly origins: ReadonlyMap<keyof Config, string>;
  /** Settings that were given but could not be read: they are told already, so nothing is concluded from them. */
  readonly unread: ReadonlySet<keyof Config>;
}

/** Tells what contradicts itself. */
export function findContradictions(command: CommandName, { config, origins, unread }: ReadSettings): readonly ConfigFault[] {
  const given = new Set(origins.keys());
  return CONTRADICTIONS.filter(
    ({ commands, keys, holds }) => commands.includes(command) && !keys.some((key) => unread.has(key)) && holds(config, given),
  ).map(({ keys, message, help }) => {
    const origin = keys.map((key) => origins.get(key)).find((source) => source !== undefined);
    return { source: origin ?? `flag --${SETTINGS[keys[0] ?? "policies"].flag}`, message: message(config), help };
  });
}

function collide(left: ListenAddress, right: ListenAddress): boolean {
  if (left.kind === "unix" || right.kind === "unix")
    return left.kind === "unix" && right.kind === "unix" && left.path === right.path;
  if (left.port !== right.port || left.port === 0) return false;
  const everywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";
  return left.host === right.host || everywhere(left.host) || everywhere(right.host);
}
