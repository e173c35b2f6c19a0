import { readFileSync } from "node:fs";
import { createAdminServer } from "../admin/server.ts";
import type { ListenAddress } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { createExtAuthzServer } from "../extauthz/service.ts";
import type { CheckTransport, TransportTls } from "../extauthz/transport.ts";
import { watchManifests } from "../files/watch.ts";
import { digestApiKey } from "../identity/api-key/digest.ts";
import { createApiKeyIndex } from "../identity/api-key/key-index.ts";
import { createSystemClock } from "../identity/clock.ts";
import { createPeerReader } from "../identity/mtls/peer-reader.ts";
import { createCredentialPorts } from "../identity/ports.ts";
import { type DecisionRecord, toDecisionEvent } from "../telemetry/decision-event.ts";
import { createDecisionIds } from "../telemetry/decision-id.ts";
import { createEventLog } from "../telemetry/event-log.ts";
import { openLogDestination } from "../telemetry/log-destination.ts";
import { createLogger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { createDecisionRecorder } from "../telemetry/recorder.ts";
import { type CheckAnswering, createCheckAnswering } from "./answer-check.ts";
import { compileOptions } from "./compile-options.ts";
import { credentialDeps } from "./credential-deps.ts";
import { createLoopWatch, type LoopWatch } from "./loop-watch.ts";
import { ManifestPlans } from "./manifest-plans.ts";
import { PlanHolder } from "./plan-holder.ts";
import { readinessOf } from "./readiness.ts";
import { reportPlan, reportRefresh } from "./report.ts";
import type { Version } from "./version.ts";

export interface ServeDeps {
  readonly version: Version;
  /** Resolves when the process is asked to end. */
  readonly stop: Promise<string>;
  /** File descriptor of the log. */
  readonly logTo: number;
}

const EVENT_CAPACITY = 8192;

/**
 * The standalone data plane: answers Envoy from the manifests under `config.policies` until `stop`. Resolves to the exit code; what keeps it
 * from starting is told in the log.
 */
export async function serve(config: Config, { version, stop, logTo }: ServeDeps): Promise<0 | 1> {
  const destination = openLogDestination(logTo);
  const telemetry = createLogger(destination, { level: config.logLevel });
  const { log } = telemetry;
  const clock = createSystemClock();
  const holder = new PlanHolder();
  const plans = new ManifestPlans(compileOptions(config));
  const credentials = createCredentialPorts(
    { ...credentialDeps(config, clock), report: (event) => reportRefresh(log, event) },
    { maxTokens: config.tokenCacheSize },
  );
  const events = createEventLog<DecisionRecord>(
    {
      write: (record) => telemetry.writeEvent(toDecisionEvent(record)),
      now: () => performance.now(),
      random: Math.random,
      defer: setImmediate,
    },
    { sampleRate: config.eventSampleRate, ratePerSecond: config.eventRateLimit, capacity: EVENT_CAPACITY },
  );
  let draining = false;
  const metrics = createMetrics(
    {
      plan: () => holder.current,
      jwks: () =>
        credentials
          .status()
          .map(({ name, age }) => ({ provider: name, fetchedAt: age === undefined ? undefined : clock.now() - age * 1000 })),
      events: () => events.counts(),
      lostLines: () => destination.lost(),
      inFlight: () => answering.waiting(),
      connections: () => transport.connections() ?? Number.NaN,
      transport: () => transport.events(),
      now: () => clock.now(),
    },
    { build: version },
  );
  const answering = createCheckAnswering({
    holder,
    ports: { credentials, peer: createPeerReader({ clock }) },
    recorder: createDecisionRecorder({ metrics, events, now: () => clock.now() }),
    nextId: createDecisionIds(),
    elapsed: () => performance.now(),
  });
  const loop = createLoopWatch({ now: () => performance.now(), every: repeat });
  const admin = createAdminServer({
    readiness: () =>
      readinessOf({ inForce: holder.current, draining, staleFiles, providers: credentials.status(), now: clock.now() }),
    metrics: () => metrics.scrape(),
    metricsContentType: metrics.contentType,
    onError: (error, path) => log.error("the admin server failed", { path, error: asError(error) }),
  });
  let staleFiles: readonly string[] = [];

  const close = async (): Promise<void> => {
    await admin.close();
    await credentials.close();
    metrics.close();
    loop.close();
    events.flush();
    await telemetry.close();
  };

  let transport: CheckTransport;
  try {
    transport = openTransport(config, answering, loop, (error) =>
      log.error("answering a call failed", { error: asError(error) }),
    );
    const adminAddress = await admin.listen(config.adminAddress);
    const grpcAddress = await transport.start();
    log.info("listening", { grpc: grpcAddress, admin: adminAddress, transport: config.transport, version: version.version });
  } catch (error) {
    log.error("cannot start", { error: asError(error) });
    await close();
    return 1;
  }

  const watcher = watchManifests(
    config.policies,
    { digest: digestApiKey },
    {
      onRead(results) {
        const read = plans.update(results);
        // Keys and providers first: a plan never asks for what is not there yet.
        credentials.setApiKeys(createApiKeyIndex(read.apiKeys));
        credentials.setProviders(read.plan.providers);
        staleFiles = read.staleFiles;
        reportPlan(log, holder.swap(read.plan, read.diagnostics, clock.now()), read);
        if (!draining) transport.setServing(true);
      },
      onError: (error) => log.error("reading the policies failed; the plan in force stays", { error: asError(error) }),
    },
  );

  const reason = await stop;
  draining = true;
  log.info("draining", { reason });
  await watcher.close();
  await transport.drain(config.drainTimeout);
  log.info("stopped");
  await close();
  return 0;
}

/** @throws Error where a certificate cannot be read */
function openTransport(
  config: Config,
  answering: CheckAnswering,
  loop: LoopWatch,
  onFailure: (error: unknown) => void,
): CheckTransport {
  return createExtAuthzServer(
    {
      check: answering.handle,
      waited: loop.waited,
      refuse: ({ reason, cause }) => {
        if (cause !== undefined) onFailure(cause);
        return answering.refuse(reason, cause);
      },
    },
    {
      transport: config.transport,
      address: addressText(config.grpcAddress),
      tls: readTls(config),
      report: onFailure,
      limits: {
        maxMessageBytes: config.maxMessageBytes,
        maxPending: config.maxPending,
        maxQueueTime: config.maxQueueTime,
        maxConnectionAge: config.maxConnectionAge,
      },
    },
  );
}

function readTls({ grpcTlsCert, grpcTlsKey, grpcTlsClientCa }: Config): TransportTls | undefined {
  if (grpcTlsCert === undefined || grpcTlsKey === undefined) return undefined;
  return {
    certificate: readFileSync(grpcTlsCert),
    key: readFileSync(grpcTlsKey),
    ...(grpcTlsClientCa === undefined ? {} : { clientRoots: readFileSync(grpcTlsClientCa) }),
  };
}

function addressText(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Does not keep the process alive. */
function repeat(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  timer.unref();
  return () => clearInterval(timer);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
