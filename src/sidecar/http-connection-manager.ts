import { accessLog } from "./access-log.ts";
import type { Extension, VirtualHost } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";

export interface HttpConnectionManagerOptions {
  readonly statPrefix: string;
  readonly virtualHost: VirtualHost;
  /** In front of the router. */
  readonly filters: readonly Extension[];
  /** What becomes of x-forwarded-client-cert. `set`: dropped and replaced by the verified peer's URI; `drop`: dropped. */
  readonly clientCertificateHeader: "set" | "drop";
  /** A file; standard output if undefined. */
  readonly accessLog: string | undefined;
}

/**
 * The front of every inbound chain: it makes one request out of what a client may write in many ways, or refuses it, so that the door
 * and the application see the same. Source: Envoy's "configuring Envoy as an edge proxy"; fields of HttpConnectionManager v3.
 */
export function inboundHttp(options: HttpConnectionManagerOptions): Extension {
  return httpConnectionManager({
    ...common(options),
    // The peer's address is what connected, never what x-forwarded-for says.
    use_remote_address: true,
    internal_address_config: NOBODY_IS_INTERNAL,
    forward_client_cert_details: options.clientCertificateHeader === "set" ? "SANITIZE_SET" : "SANITIZE",
    ...(options.clientCertificateHeader === "set" && { set_current_client_cert_details: { uri: true } }),
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: "REJECT_REQUEST",
    common_http_protocol_options: {
      headers_with_underscores_action: "REJECT_REQUEST",
      max_headers_count: 100,
      idle_timeout: "300s",
      // An open connection outlives the certificate that it was made with, so its life is bounded.
      max_connection_duration: "900s",
    },
    http2_protocol_options: {
      max_concurrent_streams: 100,
      initial_stream_window_size: 65_536,
      initial_connection_window_size: 1_048_576,
    },
    request_headers_timeout: "10s",
    stream_idle_timeout: "300s",
  });
}

/**
 * Envoy obeys the x-envoy-* headers of internal clients: timeouts, retries, the original path. Every pod has a private address and
 * would count as internal, and an empty list means the private ranges again (tried with 1.40). No peer has the broadcast address.
 */
const NOBODY_IS_INTERNAL = { cidr_ranges: [{ address_prefix: "255.255.255.255", prefix_len: 32 }] };

/** What the application's own calls go through: as transparent as may be, since the peer's sidecar judges them. */
export function outboundHttp(options: HttpConnectionManagerOptions): Extension {
  return httpConnectionManager({
    ...common(options),
    use_remote_address: false,
    skip_xff_append: true,
    generate_request_id: false,
    forward_client_cert_details: "SANITIZE",
    stream_idle_timeout: "0s",
  });
}

function common(options: HttpConnectionManagerOptions): { readonly [field: string]: unknown } {
  return {
    stat_prefix: options.statPrefix,
    codec_type: "AUTO",
    // The application's Server header, not Envoy's.
    server_header_transformation: "PASS_THROUGH",
    upgrade_configs: [{ upgrade_type: "websocket" }],
    route_config: { name: options.statPrefix, virtual_hosts: [options.virtualHost] },
    http_filters: [
      ...options.filters,
      extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", { suppress_envoy_headers: true }),
    ],
    access_log: [accessLog(options.accessLog)],
  };
}

function httpConnectionManager(fields: { readonly [field: string]: unknown }): Extension {
  return extension(
    "envoy.filters.network.http_connection_manager",
    "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    fields,
  );
}
