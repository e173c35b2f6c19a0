import { Command } from "commander";
import { describe, expect, test } from "vitest";
import type { ConfigResult } from "../../src/config/config.ts";
import { declareFlags, readFlags } from "../../src/config/flags.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { CommandName } from "../../src/config/setting.ts";

interface World {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly command?: CommandName;
}

function load({ args = [], env = {}, files = {}, command: name = "serve" }: World): ConfigResult {
  const command = new Command(name).exitOverride().action(() => {});
  declareFlags(command, name, []);
  command.parse(args, { from: "user" });
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  };
  return loadConfig(name, { flags: readFlags(command, name, []), env, readText });
}

function faultsOf(world: World): readonly (readonly [source: string, message: string])[] {
  const result = load(world);
  return result.ok ? [] : result.faults.map(({ source, message }) => [source, message]);
}

function helpOf(world: World): readonly (string | undefined)[] {
  const result = load(world);
  return result.ok ? [] : result.faults.map(({ help }) => help);
}

const POLICIES = ["--policies", "p"];

describe("the configuration", () => {
  test("has a default for everything but the policies, and is frozen", () => {
    const result = load({ args: POLICIES });
    expect(result).toEqual({
      ok: true,
      config: {
        policies: ["p"],
        grpcAddress: { kind: "tcp", host: "0.0.0.0", port: 9191 },
        grpcTlsCert: undefined,
        grpcTlsKey: undefined,
        grpcTlsClientCa: undefined,
        adminAddress: { kind: "tcp", host: "127.0.0.1", port: 9901 },
        trustDomain: "cluster.local",
        trustedHops: 0,
        installationNamespace: "sallyport-system",
        defaultAction: "Deny",
        transport: "fast",
        maxConnectionAge: 900_000,
        drainTimeout: 25_000,
        maxPending: 1_000,
        maxQueueTime: 150,
        maxMessageBytes: 4_194_304,
        tokenCacheSize: 10_000,
        introspectionCredentials: undefined,
        logLevel: "info",
        eventSampleRate: 1,
        eventRateLimit: 1_000,
      },
      origins: new Map([["policies", "flag --policies"]]),
    });
    const { config } = result as Extract<ConfigResult, { ok: true }>;
    expect([Object.isFrozen(config), Object.isFrozen(config.policies), Object.isFrozen(config.grpcAddress)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("takes each setting from the flag, else the environment, else the file", () => {
    const result = load({
      args: ["--config", "c.yaml", "--log-level", "warn"],
      env: { SALLYPORT_LOG_LEVEL: "debug", SALLYPORT_DRAIN_TIMEOUT: "5s", SALLYPORT_POLICIES: "a, b" },
      files: { "c.yaml": "logLevel: error\ndrainTimeout: 1s\nmaxPending: 7\npolicies: [c]\n" },
    }) as Extract<ConfigResult, { ok: true }>;
    const { logLevel, drainTimeout, maxPending, policies } = result.config;
    expect({ logLevel, drainTimeout, maxPending, policies }).toEqual({
      logLevel: "warn",
      drainTimeout: 5_000,
      maxPending: 7,
      policies: ["a", "b"],
    });
    expect(Object.fromEntries(result.origins)).toEqual({
      policies: "env SALLYPORT_POLICIES",
      logLevel: "flag --log-level",
      drainTimeout: "env SALLYPORT_DRAIN_TIMEOUT",
      maxPending: "c.yaml:3:13",
    });
  });

  test("takes a list whole, from a repeated flag or a sequence", () => {
    const config = (world: World): unknown => (load(world) as Extract<ConfigResult, { ok: true }>).config.policies;
    expect(config({ args: ["--policies", "a", "--policies=b"] })).toEqual(["a", "b"]);
    expect(config({ env: { SALLYPORT_CONFIG: "c.yaml" }, files: { "c.yaml": "policies:\n  - a\n  - b\n" } })).toEqual(["a", "b"]);
    expect(config({ args: ["--config=c.yaml"], files: { "c.yaml": '{"policies": "a"}' } })).toEqual(["a"]);
  });

  test("tells every fault of every source at once, also of what is overridden", () => {
    const faults = faultsOf({
      args: [...POLICIES, "--config", "c.yaml", "--grpc-address", "9191", "--polices", "x", "--max-pending", "7"],
      env: { SALLYPORT_MAX_PENDING: "many", SALLYPORT_GRPC_ADRESS: "x" },
      files: { "c.yaml": "grpcAddress: [1]\n\nlog_level: info\nmaxPending: 0\n" },
    });
    expect(faults).toEqual([
      ["flag --polices", "is unknown"],
      ["env SALLYPORT_GRPC_ADRESS", "is unknown"],
      ["c.yaml:1:14", "setting `grpcAddress` is not a single value"],
      ["c.yaml:3:1", "setting `log_level` is unknown"],
      ["flag --grpc-address", "`9191` has no host"],
      ["c.yaml:4:13", "`0` is not a whole number from 1 to 1000000"],
      ["env SALLYPORT_MAX_PENDING", "`many` is not a whole number from 1 to 1000000"],
    ]);
  });

  test("names the nearest setting, whatever the source", () => {
    expect(helpOf({ args: [...POLICIES, "--grpc-adress", "x"] })).toEqual(["did you mean `--grpc-address`?"]);
    expect(helpOf({ args: POLICIES, env: { SALLYPORT_LOGLEVEL: "x" } })).toEqual(["did you mean `SALLYPORT_LOG_LEVEL`?"]);
    const files = { c: "grpc-address: 0.0.0.0:1" };
    expect(helpOf({ args: [...POLICIES, "--config", "c"], files })).toEqual(["did you mean `grpcAddress`?"]);
    expect(helpOf({ command: "lint", args: ["--grpc-address", "x"] })).toEqual(["it belongs to `sallyport serve`"]);
  });

  test("leaves alone what Kubernetes sets for a Service named sallyport", () => {
    const env = {
      SALLYPORT_REVISION: "abc",
      SALLYPORT_SERVICE_HOST: "10.0.0.1",
      SALLYPORT_SERVICE_PORT: "9191",
      SALLYPORT_SERVICE_PORT_GRPC: "9191",
      SALLYPORT_PORT: "tcp://10.0.0.1:9191",
      SALLYPORT_PORT_9191_TCP: "tcp://10.0.0.1:9191",
      SALLYPORT_PORT_9191_TCP_ADDR: "10.0.0.1",
      SALLYPORT_OPERATOR_SERVICE_HOST: "10.0.0.2",
      SALLYPORTER: "not ours",
    };
    expect(faultsOf({ args: POLICIES, env })).toEqual([]);
  });

  for (const [args, message] of [
    [["--log-level"], "has no value"],
    [["--log-level", "--max-pending", "5"], "has no value"],
    [["--log-level="], "has no value"],
    [["--log-level", "info", "--log-level", "warn"], "is given 2 times: `info`, `warn`"],
  ] as const) {
    test(`a flag as in \`${args.join(" ")}\` is refused`, () => {
      expect(faultsOf({ args: [...POLICIES, ...args] })).toEqual([["flag --log-level", message]]);
    });
  }

  test("refuses an empty variable, for a substitution that failed looks like it", () => {
    expect(faultsOf({ args: POLICIES, env: { SALLYPORT_GRPC_TLS_CLIENT_CA: "" } })).toEqual([
      ["env SALLYPORT_GRPC_TLS_CLIENT_CA", "is set but empty"],
    ]);
    expect(faultsOf({ env: { SALLYPORT_POLICIES: "a,,b" } })).toEqual([["env SALLYPORT_POLICIES", "`a,,b` has an empty entry"]]);
    expect(faultsOf({ args: POLICIES, env: { SALLYPORT_CONFIG: "" } })).toEqual([["env SALLYPORT_CONFIG", "is set but empty"]]);
  });

  for (const [text, ...faults] of [
    ["- a", ["c:1:1", "is not a mapping"]],
    ["logLevel:\n", ["c:1:10", "setting `logLevel` has no value"]],
    ["policies: []\n", ["c:1:11", "setting `policies` is an empty list"]],
    ["logLevel: info\nlogLevel: warn\n", ["c:2:1", "map keys must be unique"]],
    ["drainTimeout: 30\n", ["c:1:15", "`30` has no unit"]],
    ["__proto__: 1\n", ["c:1:1", "setting `__proto__` is unknown"]],
  ] as const) {
    test(`a file with ${JSON.stringify(text)} is refused with its place`, () => {
      expect(faultsOf({ args: [...POLICIES, "--config", "c"], files: { c: text } })).toEqual(faults);
    });
  }

  test("accepts an empty file, and tells when there is none", () => {
    expect(faultsOf({ args: [...POLICIES, "--config", "c"], files: { c: "# nothing yet\n" } })).toEqual([]);
    expect(faultsOf({ args: [...POLICIES, "--config", "c"] })).toEqual([["flag --config", "`c` cannot be read: no such file"]]);
  });

  for (const [what, args, source, message] of [
    ["no policies", [], "flag --policies", "no policies are named"],
    [
      "a certificate without its key",
      [...POLICIES, "--grpc-tls-cert", "c"],
      "flag --grpc-tls-cert",
      "a certificate is named without its private key",
    ],
    [
      "a key without its certificate",
      [...POLICIES, "--grpc-tls-key", "k"],
      "flag --grpc-tls-key",
      "a private key is named without its certificate",
    ],
    [
      "client roots without a certificate",
      [...POLICIES, "--grpc-tls-client-ca", "r"],
      "flag --grpc-tls-client-ca",
      "client certificates are required, but the server has no certificate of its own",
    ],
    [
      "one port for two servers",
      [...POLICIES, "--admin-address", "127.0.0.1:9191"],
      "flag --admin-address",
      "`127.0.0.1:9191` is taken by the gRPC server on `0.0.0.0:9191`",
    ],
    [
      "a sample of no events",
      [...POLICIES, "--event-sample-rate", "0.5", "--event-rate-limit", "0"],
      "flag --event-sample-rate",
      "a share of the decisions is to be logged, but the rate limit is 0",
    ],
  ] as const) {
    test(`refuses ${what}`, () => expect(faultsOf({ args })).toEqual([[source, message]]));
  }

  test("concludes nothing from a setting that cannot be read", () => {
    const args = [...POLICIES, "--grpc-tls-cert", "--grpc-tls-key", "k"];
    expect(faultsOf({ args })).toEqual([["flag --grpc-tls-cert", "has no value"]]);
  });

  test("lets both servers choose their own port", () => {
    expect(faultsOf({ args: [...POLICIES, "--admin-address", "0.0.0.0:0", "--grpc-address", "0.0.0.0:0"] })).toEqual([]);
  });

  test("of another command than serve knows all names, and reads only its own values", () => {
    expect(faultsOf({ command: "lint", env: { SALLYPORT_GRPC_ADDRESS: "wrong" } })).toEqual([]);
    expect(faultsOf({ command: "lint", env: { SALLYPORT_TRUST_DOMAIN: "Wrong" } })).toEqual([
      ["env SALLYPORT_TRUST_DOMAIN", "`Wrong` is not a trust domain"],
    ]);
    expect(faultsOf({ command: "explain" })).toEqual([["flag --policies", "no policies are named"]]);
  });
});
