import { freePort, portHolder, portInUse } from "../scripts/components/ports.ts";

interface PlaygroundPort {
  readonly env: string;
  readonly port: number;
  readonly what: string;
}

export type PortName = "grpc" | "admin" | "frontend" | "outbound" | "orders";

/** Every port that the playground listens on, all on the loopback interface. `0` in the environment takes a free one. */
const PORTS: { readonly [Name in PortName]: PlaygroundPort } = {
  grpc: { env: "PLAYGROUND_GRPC_PORT", port: 9191, what: "the data plane's gRPC" },
  admin: { env: "PLAYGROUND_ADMIN_PORT", port: 9901, what: "the data plane's health and metrics" },
  frontend: { env: "PLAYGROUND_FRONTEND_PORT", port: 18080, what: "frontend's sidecar, inbound" },
  outbound: { env: "PLAYGROUND_OUTBOUND_PORT", port: 18081, what: "frontend's sidecar, outbound to orders" },
  orders: { env: "PLAYGROUND_ORDERS_PORT", port: 18082, what: "orders' sidecar, inbound" },
};

export type PlaygroundPorts = { readonly [Name in PortName]: number };

export type PortsResult =
  | { readonly ok: true; readonly ports: PlaygroundPorts }
  /** One line a fault, each with what to do. */
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads the ports from the environment and makes sure that the wanted ones are free. */
export async function choosePorts(env: NodeJS.ProcessEnv, wanted: readonly PortName[]): Promise<PortsResult> {
  const faults: string[] = [];
  const chosen = new Map<PortName, number>();
  for (const name of wanted) {
    const entry = PORTS[name];
    const text = env[entry.env];
    const port = text === undefined || text === "" ? entry.port : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) faults.push(`${entry.env} is \`${text}\`, which is not a port`);
    else if (port === 0) chosen.set(name, await freePort());
    else if (await portInUse(port)) faults.push(await inUse(entry, port));
    else chosen.set(name, port);
  }
  if (faults.length > 0) return { ok: false, faults };
  const { grpc = 0, admin = 0, frontend = 0, outbound = 0, orders = 0 } = Object.fromEntries(chosen) as Partial<PlaygroundPorts>;
  return { ok: true, ports: { grpc, admin, frontend, outbound, orders } };
}

async function inUse(entry: PlaygroundPort, port: number): Promise<string> {
  const holder = await portHolder(port);
  return `port ${port} (${entry.what}) is in use${holder ? ` by ${holder}` : ""}: stop what listens there, or set ${entry.env} (0 takes a free port)`;
}
