import { appCluster } from "./cluster-app.ts";
import { doorCluster } from "./cluster-door.ts";
import { peerCluster } from "./cluster-peer.ts";
import type { EnvoyBootstrap } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";
import { inboundListener } from "./listener-inbound.ts";
import { outboundListener } from "./listener-outbound.ts";
import type { SidecarOptions, Workload } from "./workload.ts";

/** Only the socket's owner, which is the proxy's user, may speak to the admin interface. */
const OWNER_ONLY = 0o600;

/** Connections at once; beyond it new ones are refused, so that a flood ends before the pod's memory does. */
const MAX_CONNECTIONS = 10_000;

/** Statistics worth their memory; Envoy's own set is some ten times as large. */
const STATS = ["cluster.", "http.", "listener.", "listener_manager.", "server.", "sds."];

/**
 * The whole configuration of one workload's Envoy. Its JSON form is what Envoy reads, from a file or from `--config-yaml`.
 * Source: `envoy.config.bootstrap.v3.Bootstrap`.
 */
export function renderSidecarConfig(workload: Workload, options: SidecarOptions): EnvoyBootstrap {
  return {
    node: {
      id: `${workload.namespace}/${workload.pod}`,
      cluster: `${workload.namespace}/${workload.serviceAccount}`,
      metadata: { labels: workload.labels },
    },
    admin: { address: { pipe: { path: options.adminSocket, mode: OWNER_ONLY } } },
    stats_config: { stats_matcher: { inclusion_list: { patterns: STATS.map((prefix) => ({ prefix })) } } },
    overload_manager: {
      resource_monitors: [
        extension(
          "envoy.resource_monitors.global_downstream_max_connections",
          "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
          { max_active_downstream_connections: MAX_CONNECTIONS },
        ),
      ],
    },
    static_resources: {
      listeners: [
        inboundListener(workload, options),
        ...options.outbound.map((outbound) => outboundListener(outbound, options.accessLog)),
      ],
      clusters: [
        appCluster(options.inbound.app),
        doorCluster(options.door),
        ...options.outbound.map((outbound) => peerCluster(outbound, options.identity, options.trustDomain)),
      ],
    },
  };
}

/** JSON, which is also YAML. */
export function renderText(bootstrap: EnvoyBootstrap): string {
  return `${JSON.stringify(bootstrap, null, 2)}\n`;
}
