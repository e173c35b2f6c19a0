import type { Extension } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";
import { EXT_AUTHZ } from "./ext-authz-filter.ts";

/** One JSON line a request. The query is left out, since it may carry credentials; the door's decision id links the line to its event. */
export function accessLog(path: string): Extension {
  return extension("envoy.access_loggers.file", "extensions.access_loggers.file.v3.FileAccessLog", {
    path,
    log_format: {
      json_format: {
        time: "%START_TIME%",
        method: "%REQ(:METHOD)%",
        path: "%PATH(NQ:PATH)%",
        protocol: "%PROTOCOL%",
        status: "%RESPONSE_CODE%",
        flags: "%RESPONSE_FLAGS%",
        details: "%RESPONSE_CODE_DETAILS%",
        duration_ms: "%DURATION%",
        request_id: "%REQ(X-REQUEST-ID)%",
        decision_id: `%DYNAMIC_METADATA(${EXT_AUTHZ}:decision_id)%`,
        peer: "%DOWNSTREAM_PEER_URI_SAN%",
        source: "%DOWNSTREAM_REMOTE_ADDRESS%",
        upstream: "%UPSTREAM_HOST%",
      },
    },
  });
}
