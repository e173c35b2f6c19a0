export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/** The workload that a sidecar stands in front of. */
export interface Workload {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The pod's name. Policies never depend on it; events show it. */
  readonly pod: string;
  /** The pod's labels, by which policies and Services select it. */
  readonly labels: { readonly [name: string]: string };
}

/** Where something listens: an IP address with a port, or a unix socket. */
export type Endpoint = { readonly address: string; readonly port: number } | { readonly path: string };

/** A listening address of the sidecar itself. */
export interface SocketEndpoint {
  readonly address: string;
  readonly port: number;
}

/** PEM that Envoy reads from a file, or that stands in its configuration. */
export type PemSource = { readonly file: string } | { readonly inline: string };

/** How the sidecar proves who it is, and whom it believes. */
export interface WorkloadIdentity {
  /** The SVID: leaf first, then intermediates. */
  readonly certificateChain: PemSource;
  readonly privateKey: PemSource;
  /** The roots that peers' certificates must chain to. */
  readonly trustBundle: PemSource;
}

/** The decision service. */
export interface Door {
  readonly endpoint: Endpoint;
  /** Milliseconds until Envoy gives up and answers 503; 500 unless given. */
  readonly timeout?: number;
}

/** Request bodies for policies that read them. What is longer is sent cut off and marked as such. */
export interface BodyBuffering {
  readonly maxBytes: number;
}

interface InboundTraffic {
  readonly listen: SocketEndpoint;
  /** The application. */
  readonly app: SocketEndpoint;
  /** `decide` lets the policy judge a caller without a certificate; `refuse` answers 403 before it is asked. */
  readonly plaintext: "decide" | "refuse";
}

/** One destination with a listener of its own: its address is chosen by the listener, never by the Host that the application sends. */
export interface OutboundTraffic {
  /** `orders`; unique in a sidecar. */
  readonly name: string;
  readonly listen: SocketEndpoint;
  /** The peer's inbound listener. */
  readonly destination: SocketEndpoint;
  /** The accounts of which the peer must show one. */
  readonly serviceAccounts: readonly ServiceAccount[];
}

export interface SidecarOptions {
  readonly trustDomain: string;
  readonly identity: WorkloadIdentity;
  readonly door: Door;
  readonly inbound: InboundTraffic;
  readonly outbound: readonly OutboundTraffic[];
  /** Unix socket of Envoy's admin interface; never a TCP port, which every container of the pod could reach. */
  readonly adminSocket: string;
  /** A file that gets one JSON line a request; standard output unless given. */
  readonly accessLog?: string;
  readonly body?: BodyBuffering;
}
