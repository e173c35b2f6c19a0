import { envoyAddress } from "./cluster-endpoint.ts";
import { peerClusterName } from "./cluster-peer.ts";
import type { Listener } from "./envoy-types.ts";
import { outboundHttp } from "./http-connection-manager.ts";
import type { OutboundTraffic } from "./workload.ts";

/** Where the application calls one destination. The listener chooses the destination; the Host that the application sends is only passed on. */
export function outboundListener(outbound: OutboundTraffic, accessLog: string | undefined): Listener {
  const statPrefix = `out_${outbound.name}`;
  return {
    name: `outbound_${outbound.name}`,
    traffic_direction: "OUTBOUND",
    address: envoyAddress(outbound.listen),
    filter_chains: [
      {
        name: "http",
        filters: [
          outboundHttp({
            statPrefix,
            virtualHost: {
              name: outbound.name,
              domains: ["*"],
              routes: [{ match: { prefix: "/" }, route: { cluster: peerClusterName(outbound), timeout: "0s" } }],
            },
            filters: [],
            clientCertificateHeader: "drop",
            accessLog,
          }),
        ],
      },
    ],
  };
}
