import { DOOR_CLUSTER } from "./cluster-door.ts";
import type { Extension, TypedConfig } from "./envoy-types.ts";
import { extension, typed } from "./envoy-types.ts";
import type { BodyBuffering, Door, Workload } from "./workload.ts";

export const EXT_AUTHZ = "envoy.filters.http.ext_authz";

const DEFAULT_TIMEOUT = 500;

/** Asks the door about each request, and answers 503 when it gets no answer. */
export function extAuthzFilter(door: Door, body: BodyBuffering | undefined): Extension {
  return extension(EXT_AUTHZ, "extensions.filters.http.ext_authz.v3.ExtAuthz", {
    transport_api_version: "V3",
    grpc_service: { envoy_grpc: { cluster_name: DOOR_CLUSTER }, timeout: seconds(door.timeout ?? DEFAULT_TIMEOUT) },
    failure_mode_allow: false,
    status_on_error: { code: "ServiceUnavailable" },
    // Repeated headers stay apart and bytes stay as they came: `headers` would join values with commas.
    encode_raw_headers: true,
    // A header of ours that HTTP does not allow fails the request instead of being sent on.
    validate_mutations: true,
    // Fills destination.labels from the node's metadata.
    bootstrap_metadata_labels_key: "labels",
    include_peer_certificate: false,
    ...(body && { with_request_body: { max_request_bytes: body.maxBytes, allow_partial_message: true, pack_as_bytes: true } }),
  });
}

/**
 * What the door is told about the target: by Envoy's configuration, where no caller can reach it. `sallyport.peer: principal` says
 * that the chain verified the client certificate, so `source.principal` may be believed; a plaintext chain does not say it.
 */
export function extAuthzContext(workload: Workload, peer: "principal" | "none", body: BodyBuffering | undefined): TypedConfig {
  return typed("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", {
    check_settings: {
      context_extensions: {
        "sallyport.namespace": workload.namespace,
        "sallyport.serviceAccount": workload.serviceAccount,
        "sallyport.pod": workload.pod,
        ...(peer === "principal" && { "sallyport.peer": "principal" }),
        // A chunked body whose first part fills the buffer exactly is sent marked as whole (Envoy 1.40): the door must know the limit.
        ...(body && { "sallyport.maxRequestBytes": String(body.maxBytes) }),
      },
    },
  });
}

/** For routes that the sidecar answers by itself. */
export function extAuthzDisabled(): TypedConfig {
  return typed("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { disabled: true });
}

/** Milliseconds as a protobuf `Duration` in JSON. */
function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
