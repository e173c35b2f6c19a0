/**
 * The part of Envoy's configuration that sidecars use, in the field names of its protobuf JSON form, so that a rendered object
 * is what Envoy reads. Source: the `envoy.config.*.v3` messages of Envoy 1.40.
 */

/** `google.protobuf.Any` in JSON: the message's type URL beside its fields. */
export interface TypedConfig {
  readonly "@type": string;
  readonly [field: string]: unknown;
}

/** A named extension: a filter, a transport socket, an access log. */
export interface Extension {
  readonly name: string;
  readonly typed_config: TypedConfig;
}

export type EnvoyAddress =
  | { readonly socket_address: { readonly address: string; readonly port_value: number } }
  | { readonly pipe: { readonly path: string; readonly mode?: number } };

export interface FilterChain {
  readonly name: string;
  readonly filter_chain_match?: {
    readonly transport_protocol?: "tls" | "raw_buffer";
    readonly server_names?: readonly string[];
    readonly destination_port?: number;
  };
  readonly transport_socket?: Extension;
  readonly filters: readonly Extension[];
}

export interface Listener {
  readonly name: string;
  readonly traffic_direction: "INBOUND" | "OUTBOUND";
  readonly address: EnvoyAddress;
  readonly listener_filters?: readonly Extension[];
  readonly listener_filters_timeout?: string;
  readonly filter_chains: readonly FilterChain[];
}

export interface Cluster {
  readonly name: string;
  readonly type: "STATIC" | "STRICT_DNS" | "ORIGINAL_DST";
  readonly connect_timeout: string;
  readonly transport_socket?: Extension;
  readonly typed_extension_protocol_options?: { readonly [name: string]: TypedConfig };
  readonly load_assignment?: {
    readonly cluster_name: string;
    readonly endpoints: readonly {
      readonly lb_endpoints: readonly { readonly endpoint: { readonly address: EnvoyAddress } }[];
    }[];
  };
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly typed_per_filter_config?: { readonly [filter: string]: TypedConfig };
}

export interface Route {
  readonly name?: string;
  readonly match: { readonly prefix: string };
  readonly route?: { readonly cluster: string; readonly timeout: string };
  readonly direct_response?: { readonly status: number; readonly body?: { readonly inline_string: string } };
  readonly typed_per_filter_config?: { readonly [filter: string]: TypedConfig };
}

export interface EnvoyBootstrap {
  readonly node: {
    readonly id: string;
    readonly cluster: string;
    readonly metadata: { readonly labels: { readonly [name: string]: string } };
  };
  readonly admin: { readonly address: EnvoyAddress };
  readonly stats_config: { readonly [field: string]: unknown };
  readonly overload_manager: { readonly resource_monitors: readonly Extension[] };
  readonly static_resources: { readonly listeners: readonly Listener[]; readonly clusters: readonly Cluster[] };
}

/** A message of Envoy's as an `Any`: `typed("extensions.filters.http.router.v3.Router", {})`. */
export function typed(message: string, fields: { readonly [field: string]: unknown } = {}): TypedConfig {
  return { "@type": `type.googleapis.com/envoy.${message}`, ...fields };
}

/** An extension under the name that Envoy's own examples give it. */
export function extension(name: string, message: string, fields: { readonly [field: string]: unknown } = {}): Extension {
  return { name, typed_config: typed(message, fields) };
}
