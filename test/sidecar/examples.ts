import type { SidecarOptions, Workload } from "../../src/sidecar/workload.ts";

export interface SidecarExample {
  readonly title: string;
  /** The golden file, without its ending. */
  readonly file: string;
  readonly workload: Workload;
  readonly options: SidecarOptions;
}

const orders: Workload = {
  namespace: "shop",
  serviceAccount: "orders",
  pod: "orders-7d4b",
  labels: { app: "orders", tier: "backend" },
};

const base: SidecarOptions = {
  trustDomain: "cluster.local",
  identity: {
    certificateChain: { file: "/run/sallyport/svid.pem" },
    privateKey: { file: "/run/sallyport/svid.key" },
    trustBundle: { file: "/run/sallyport/roots.pem" },
  },
  door: { endpoint: { address: "127.0.0.1", port: 9191 } },
  inbound: { listen: { address: "127.0.0.1", port: 15006 }, app: { address: "127.0.0.1", port: 8080 }, plaintext: "decide" },
  outbound: [],
  adminSocket: "/run/sallyport/admin.sock",
};

/** Each way in which a rendered configuration can differ, with the golden file that shows it. */
export const SIDECAR_EXAMPLES: readonly SidecarExample[] = [
  { title: "a service that others call, with its identity in files", file: "inbound", workload: orders, options: base },
  {
    title: "a service that calls two others, of which one runs under either of two accounts",
    file: "outbound",
    workload: { namespace: "shop", serviceAccount: "frontend", pod: "frontend-0", labels: { app: "frontend" } },
    options: {
      ...base,
      outbound: [
        {
          name: "orders",
          listen: { address: "127.0.0.1", port: 15001 },
          destination: { address: "127.0.0.1", port: 15106 },
          serviceAccounts: [{ namespace: "shop", name: "orders" }],
        },
        {
          name: "payments",
          listen: { address: "127.0.0.1", port: 15002 },
          destination: { address: "127.0.0.1", port: 15206 },
          serviceAccounts: [
            { namespace: "bank", name: "payments" },
            { namespace: "bank", name: "payments-canary" },
          ],
        },
      ],
    },
  },
  {
    title: "plaintext refused, bodies buffered, a door on a unix socket with a deadline of its own, and an access log in a file",
    file: "strict",
    workload: orders,
    options: {
      ...base,
      door: { endpoint: { path: "/run/sallyport/door.sock" }, timeout: 250 },
      inbound: { ...base.inbound, plaintext: "refuse" },
      body: { maxBytes: 65_536 },
      accessLog: "/var/log/sallyport/access.log",
    },
  },
];
