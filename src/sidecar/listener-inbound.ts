import { APP_CLUSTER } from "./cluster-app.ts";
import { envoyAddress } from "./cluster-endpoint.ts";
import type { Extension, FilterChain, Listener, Route } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";
import { EXT_AUTHZ, extAuthzContext, extAuthzDisabled, extAuthzFilter } from "./ext-authz-filter.ts";
import { inboundHttp } from "./http-connection-manager.ts";
import { downstreamTls, SIDECAR_SNI } from "./tls-context.ts";
import type { SidecarOptions, Workload } from "./workload.ts";

/** Where calls to the workload arrive. TLS with any other SNI, and anything that is not HTTP, matches no chain or parses as none, and is closed. */
export function inboundListener(workload: Workload, options: SidecarOptions): Listener {
  return {
    name: "inbound",
    traffic_direction: "INBOUND",
    address: envoyAddress(options.inbound.listen),
    listener_filters: [
      extension("envoy.filters.listener.tls_inspector", "extensions.filters.listener.tls_inspector.v3.TlsInspector"),
    ],
    listener_filters_timeout: "5s",
    filter_chains: [mtlsChain(workload, options), plaintextChain(workload, options)],
  };
}

const TO_APP: Route = { match: { prefix: "/" }, route: { cluster: APP_CLUSTER, timeout: "0s" } };

/** Refused before the door is asked: it has nothing to add. */
const MTLS_REQUIRED: Route = {
  match: { prefix: "/" },
  direct_response: { status: 403, body: { inline_string: "mTLS required\n" } },
  typed_per_filter_config: { [EXT_AUTHZ]: extAuthzDisabled() },
};

function mtlsChain(workload: Workload, options: SidecarOptions): FilterChain {
  return {
    name: "mtls",
    filter_chain_match: { transport_protocol: "tls", server_names: [SIDECAR_SNI] },
    transport_socket: downstreamTls(options.identity, options.trustDomain),
    filters: [inboundFilter("in_mtls", workload, options, "principal", TO_APP)],
  };
}

function plaintextChain(workload: Workload, options: SidecarOptions): FilterChain {
  const route = options.inbound.plaintext === "decide" ? TO_APP : MTLS_REQUIRED;
  return {
    name: "plaintext",
    filter_chain_match: { transport_protocol: "raw_buffer" },
    filters: [inboundFilter("in_plaintext", workload, options, "none", route)],
  };
}

function inboundFilter(
  statPrefix: string,
  workload: Workload,
  options: SidecarOptions,
  peer: "principal" | "none",
  route: Route,
): Extension {
  return inboundHttp({
    statPrefix,
    virtualHost: {
      name: "app",
      domains: ["*"],
      routes: [route],
      typed_per_filter_config: { [EXT_AUTHZ]: extAuthzContext(workload, peer, options.body) },
    },
    filters: [extAuthzFilter(options.door, options.body)],
    clientCertificateHeader: peer === "principal" ? "set" : "drop",
    accessLog: options.accessLog,
  });
}
