import type { Extension } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";
import { EXT_AUTHZ } from "./ext-authz-filter.ts";

const FORMAT = {
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
};

/**
 * One JSON line a request, to a file or to standard output. The query is left out, since it may carry credentials; the door's
 * decision id links the line to its event.
 */
export function accessLog(file: string | undefined): Extension {
  const log_format = { json_format: FORMAT };
  return file === undefined
    ? extension("envoy.access_loggers.stdout", "extensions.access_loggers.stream.v3.StdoutAccessLog", { log_format })
    : extension("envoy.access_loggers.file", "extensions.access_loggers.file.v3.FileAccessLog", { path: file, log_format });
}
