import type { Cluster, EnvoyAddress, TypedConfig } from "./envoy-types.ts";
import { typed } from "./envoy-types.ts";
import type { Endpoint } from "./workload.ts";

export function envoyAddress(endpoint: Endpoint): EnvoyAddress {
  return "path" in endpoint
    ? { pipe: { path: endpoint.path } }
    : { socket_address: { address: endpoint.address, port_value: endpoint.port } };
}

/** A cluster of one fixed address. */
export function staticCluster(name: string, endpoint: Endpoint, rest: Partial<Cluster>): Cluster {
  return {
    name,
    type: "STATIC",
    connect_timeout: "5s",
    ...rest,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: envoyAddress(endpoint) } }] }] },
  };
}

/** `typed_extension_protocol_options` of an HTTP cluster. */
export function httpProtocol(fields: { readonly [field: string]: unknown }): { readonly [name: string]: TypedConfig } {
  const name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return { [name]: typed("extensions.upstreams.http.v3.HttpProtocolOptions", fields) };
}

/** Speaks to the upstream what the downstream speaks, so that gRPC and plain HTTP/1 both arrive as they were sent. */
export const SAME_PROTOCOL: { readonly [field: string]: unknown } = {
  use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: {} },
};
