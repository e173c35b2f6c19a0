import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChildren } from "../../../scripts/components/children.ts";
import { type EnvoyProcess, startEnvoy } from "../../../scripts/components/envoy-process.ts";
import { freePort } from "../../../scripts/components/ports.ts";
import { type Authority, createAuthority } from "../../../src/pki/authority.ts";
import { issueSvid } from "../../../src/pki/svid.ts";
import { workloadSpiffeId } from "../../../src/policy/model/workload-spiffe-id.ts";
import { renderSidecarConfig, renderText } from "../../../src/sidecar/bootstrap.ts";
import type { SidecarOptions, Workload } from "../../../src/sidecar/workload.ts";
import { type Call, type CallResult, type ClientCertificate, call } from "./call.ts";
import { createDataPlane, type DataPlane, type LogRecord } from "./data-plane.ts";
import { type EchoService, startEchoService } from "./echo-service.ts";
import { type DoorAnswer, type RecordedCheck, type RecordingDoor, startRecordingDoor } from "./recording-door.ts";
import { until } from "./until.ts";

interface WorldService {
  /** Its Service account, pod and `app` label. */
  readonly name: string;
  /** `shop` unless given. */
  readonly namespace?: string;
  /** `{ app: <name> }` unless given. */
  readonly labels?: { readonly [name: string]: string };
  /** `decide` unless given. */
  readonly plaintext?: "decide" | "refuse";
  readonly body?: SidecarOptions["body"];
  /** Names of other services of the world that it calls through its own sidecar. */
  readonly calls?: readonly string[];
  /** Milliseconds until Envoy gives up on the door; 500 unless given. */
  readonly doorTimeout?: number;
  /** Changes the text of the rendered configuration, for an Envoy that somebody set up otherwise than we would. */
  readonly reconfigure?: (config: string) => string;
}

export interface WorldOptions {
  /** The Envoy binary, from `requireEnvoy`. */
  readonly envoy: string;
  readonly services: readonly WorldService[];
  /** What answers Envoy: the product on these manifests (file name → YAML), or a door that records and answers as told. */
  readonly door:
    | { readonly manifests: { readonly [file: string]: string }; readonly arguments?: readonly string[] }
    | { readonly answer: (check: RecordedCheck) => DoorAnswer | Promise<DoorAnswer> };
}

export interface World {
  readonly authority: Authority;
  /** Present where `door` has manifests. */
  readonly dataPlane: DataPlane | undefined;
  /** Present where `door` has `answer`. */
  readonly recordingDoor: RecordingDoor | undefined;
  /** A workload's identity, `shop/frontend`, to call with. */
  clientOf(account: string): Promise<ClientCertificate>;
  /** Calls a service's inbound listener. */
  call(service: string, options: Call): Promise<CallResult>;
  /** Calls as the application of `from` would, through its own sidecar's way to `to`. */
  callFrom(from: string, to: string, options: Call): Promise<CallResult>;
  /** Like `call`, and waits for the event of the decision that it caused. Only one such call may be under way. */
  decide(service: string, options: Call): Promise<CallResult & { readonly decision: LogRecord }>;
  upstream(service: string): EchoService;
  envoy(service: string): EnvoyProcess;
  /** What every process wrote last; for a test that failed. */
  logs(): string;
  stop(): Promise<void>;
}

const TRUST_DOMAIN = "cluster.local";

interface RunningService {
  readonly inbound: number;
  /** Port of the outbound listener, by the destination's name. */
  readonly outbound: ReadonlyMap<string, number>;
  readonly upstream: EchoService;
  readonly envoy: EnvoyProcess;
}

/** Real Envoys as sidecars of echoing applications, and a door that they ask; all on free ports, in a directory of their own. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), "sallyport-world-"));
  const children = createChildren();
  const closers: (() => void)[] = [];
  const stop = async (): Promise<void> => {
    await children.stop();
    for (const close of closers.splice(0)) close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const authority = await createAuthority({ trustDomain: TRUST_DOMAIN, clock: Date.now });
    const recordingDoor = "answer" in options.door ? await startRecordingDoor(options.door.answer) : undefined;
    if (recordingDoor) closers.push(() => recordingDoor.stop());
    const dataPlane = "manifests" in options.door ? await createDataPlane(children, directory, options.door) : undefined;
    const doorPort = recordingDoor?.port ?? dataPlane?.grpcPort ?? 0;
    const inbound = new Map<string, number>();
    for (const service of options.services) inbound.set(service.name, await freePort());

    const start = async (service: WorldService): Promise<readonly [string, RunningService]> => {
      const upstream = await startEchoService();
      closers.push(() => upstream.stop());
      const outbound = new Map<string, number>();
      for (const name of service.calls ?? []) outbound.set(name, await freePort());
      const workload = workloadOf(service);
      const adminSocket = join(directory, `${service.name}.sock`);
      const svid = await issueSvid(
        authority,
        workloadSpiffeId(TRUST_DOMAIN, { namespace: workload.namespace, name: workload.serviceAccount }),
      );
      const bootstrap = renderSidecarConfig(workload, {
        trustDomain: TRUST_DOMAIN,
        identity: {
          certificateChain: { inline: svid.certificate },
          privateKey: { inline: svid.privateKey },
          trustBundle: { inline: authority.bundle },
        },
        door: { endpoint: local(doorPort), ...(service.doorTimeout !== undefined && { timeout: service.doorTimeout }) },
        inbound: {
          listen: local(portOf(inbound, service.name)),
          app: local(upstream.port),
          plaintext: service.plaintext ?? "decide",
        },
        outbound: [...outbound].map(([name, port]) => ({
          name,
          listen: local(port),
          destination: local(portOf(inbound, name)),
          serviceAccounts: [accountOf(options.services, name)],
        })),
        adminSocket,
        ...(service.body && { body: service.body }),
      });
      const envoy = await startEnvoy(children, {
        binary: options.envoy,
        name: service.name,
        config: (service.reconfigure ?? asRendered)(renderText(bootstrap)),
        directory,
        adminSocket,
      });
      return [service.name, { inbound: portOf(inbound, service.name), outbound, upstream, envoy }];
    };
    const [running] = await Promise.all([
      Promise.all(options.services.map(start)).then((entries) => new Map(entries)),
      dataPlane?.start(),
    ]);

    const find = (name: string): RunningService => {
      const found = running.get(name);
      if (!found) throw new Error(`the world has no service ${name}`);
      return found;
    };
    const world: World = {
      authority,
      dataPlane,
      recordingDoor,
      clientOf: (account) => issueSvid(authority, workloadSpiffeId(TRUST_DOMAIN, parseAccount(account))),
      call: (service, asked) => call({ port: find(service).inbound, trustBundle: authority.bundle }, asked),
      callFrom: (from, to, asked) => call({ port: portOf(find(from).outbound, to), trustBundle: authority.bundle }, asked),
      async decide(service, asked) {
        const decisions = dataPlane?.decisions ?? [];
        const before = decisions.length;
        const result = await world.call(service, asked);
        await until(() => decisions.length > before, "a decision event");
        return { ...result, decision: decisions[before] ?? {} };
      },
      upstream: (service) => find(service).upstream,
      envoy: (service) => find(service).envoy,
      logs: () =>
        [...running]
          .map(([name, one]) => `--- envoy of ${name}\n${one.envoy.log().join("\n")}`)
          .concat(`--- data plane\n${dataPlane?.lines.slice(-100).join("\n") ?? ""}`)
          .join("\n"),
      stop,
    };
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

function asRendered(config: string): string {
  return config;
}

function workloadOf(service: WorldService): Workload {
  return {
    namespace: service.namespace ?? "shop",
    serviceAccount: service.name,
    pod: `${service.name}-1`,
    labels: service.labels ?? { app: service.name },
  };
}

function accountOf(services: readonly WorldService[], name: string): { readonly namespace: string; readonly name: string } {
  return { namespace: services.find((service) => service.name === name)?.namespace ?? "shop", name };
}

function parseAccount(account: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = account.split("/");
  return { namespace, name };
}

function portOf(ports: ReadonlyMap<string, number>, name: string): number {
  const port = ports.get(name);
  if (port === undefined) throw new Error(`the world has no way to ${name}`);
  return port;
}

function local(port: number): { readonly address: string; readonly port: number } {
  return { address: "127.0.0.1", port };
}
