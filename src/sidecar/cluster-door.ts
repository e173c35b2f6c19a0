import { httpProtocol, staticCluster } from "./cluster-endpoint.ts";
import type { Cluster } from "./envoy-types.ts";
import type { Door } from "./workload.ts";

export const DOOR_CLUSTER = "door";

/** The decision service, over HTTP/2. Pings find a door that vanished without a word before the next request has to. */
export function doorCluster(door: Door): Cluster {
  return staticCluster(DOOR_CLUSTER, door.endpoint, {
    connect_timeout: "0.25s",
    typed_extension_protocol_options: httpProtocol({
      explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: "30s", timeout: "5s" } } },
    }),
  });
}
