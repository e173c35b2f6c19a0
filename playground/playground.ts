import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, createChildren } from "../scripts/components/children.ts";
import { startDataPlane } from "../scripts/components/data-plane-process.ts";
import { type EnvoyResult, findOrFetchEnvoy } from "../scripts/components/envoy.ts";
import { type PlaygroundCall, playgroundCalls, type TokenFiles } from "./calls.ts";
import { choosePorts, type PlaygroundPorts, type PortName } from "./ports.ts";
import { startFrontend, startOrders } from "./sample-service.ts";
import { startSidecars } from "./sidecars.ts";
import { issueToken } from "./token.ts";

export interface Playground {
  readonly ports: PlaygroundPorts;
  readonly envoy: EnvoyResult;
  /** Empty without an Envoy. */
  readonly calls: readonly PlaygroundCall[];
  /** Settles when one of its processes ended by itself; names it and says why. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

export type PlaygroundResult =
  | { readonly ok: true; readonly playground: Playground }
  /** One line a fault. Nothing is left running. */
  | { readonly ok: false; readonly faults: readonly string[] };

export interface PlaygroundOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  /** Each line that the data plane writes. */
  readonly onDataPlaneLine: (line: string) => void;
}

const EXAMPLES = fileURLToPath(new URL("../manifests/examples/shop", import.meta.url));

/** Starts the data plane on the example policies and, where an Envoy can be had, the two sample services behind their sidecars. */
export async function startPlayground(options: PlaygroundOptions): Promise<PlaygroundResult> {
  const envoy = await findOrFetchEnvoy({ env: options.env, onProgress: options.onProgress });
  const wanted: readonly PortName[] = envoy.found ? ["grpc", "admin", "frontend", "outbound", "orders"] : ["grpc", "admin"];
  const chosen = await choosePorts(options.env, wanted);
  if (!chosen.ok) return chosen;
  const { ports } = chosen;

  const directory = await mkdtemp(join(tmpdir(), "sallyport-"));
  const children = createChildren();
  const closers: (() => void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0)) close();
    await children.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const processes: Child[] = [];
    const dataPlane = async (): Promise<void> => {
      const env = { ...options.env, NODE_NO_WARNINGS: "1" };
      // As the user would write it, since faults name their files so.
      const policies = relative(process.cwd(), EXAMPLES);
      const settings = { policies, grpcPort: ports.grpc, adminPort: ports.admin, env, onLine: options.onDataPlaneLine };
      processes.push(await startDataPlane(children, settings));
    };
    const shop = async (binary: string): Promise<readonly PlaygroundCall[]> => {
      const [frontend, orders] = await Promise.all([startFrontend(`http://127.0.0.1:${ports.outbound}`), startOrders()]);
      closers.push(
        () => frontend.close(),
        () => orders.close(),
      );
      const apps = { frontend: frontend.port, orders: orders.port };
      processes.push(...(await startSidecars(children, { envoy: binary, directory, ports, apps })));
      return playgroundCalls(ports, await writeTokens(directory));
    };
    const [calls] = await Promise.all([envoy.found ? shop(envoy.path) : [], dataPlane()]);
    const broken = Promise.race(
      processes.map(
        async (child) => `${child.name} ended (${exitText(await child.exited)}): ${child.log().at(-1) ?? "it said nothing"}`,
      ),
    );
    return { ok: true, playground: { ports, envoy, calls, broken, stop } };
  } catch (error) {
    await stop();
    return { ok: false, faults: [error instanceof Error ? error.message : String(error)] };
  }
}

async function writeTokens(directory: string): Promise<TokenFiles> {
  const files = { reader: join(directory, "alice.jwt"), stranger: join(directory, "bob.jwt") };
  await writeFile(files.reader, await issueToken({ sub: "alice", scope: "orders.read", tenant: "blue" }, Date.now()), {
    mode: 0o600,
  });
  await writeFile(files.stranger, await issueToken({ sub: "bob", scope: "profile", tenant: "blue" }, Date.now()), {
    mode: 0o600,
  });
  return files;
}

function exitText(exit: { readonly code: number | null; readonly signal: string | null }): string {
  return exit.signal ?? `code ${exit.code}`;
}
