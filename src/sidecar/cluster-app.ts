import { httpProtocol, SAME_PROTOCOL, staticCluster } from "./cluster-endpoint.ts";
import type { Cluster } from "./envoy-types.ts";
import type { SocketEndpoint } from "./workload.ts";

export const APP_CLUSTER = "app";

/** The application behind the sidecar, in plaintext over the loopback interface. */
export function appCluster(app: SocketEndpoint): Cluster {
  return staticCluster(APP_CLUSTER, app, { typed_extension_protocol_options: httpProtocol(SAME_PROTOCOL) });
}
