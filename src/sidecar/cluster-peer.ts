import { httpProtocol, SAME_PROTOCOL, staticCluster } from "./cluster-endpoint.ts";
import type { Cluster } from "./envoy-types.ts";
import { upstreamTls } from "./tls-context.ts";
import type { OutboundTraffic, WorkloadIdentity } from "./workload.ts";

export function peerClusterName(outbound: OutboundTraffic): string {
  return `peer_${outbound.name}`;
}

/** Another workload's sidecar, over mTLS. A destination without a sidecar fails closed: it is never called in plaintext. */
export function peerCluster(outbound: OutboundTraffic, identity: WorkloadIdentity, trustDomain: string): Cluster {
  return staticCluster(peerClusterName(outbound), outbound.destination, {
    // A rotated certificate does not close open connections, and connections are what gets balanced: both want a bounded life.
    typed_extension_protocol_options: httpProtocol({
      common_http_protocol_options: { max_connection_duration: "600s", max_requests_per_connection: 1000, idle_timeout: "60s" },
      ...SAME_PROTOCOL,
    }),
    transport_socket: upstreamTls(identity, trustDomain, outbound.serviceAccounts),
  });
}
