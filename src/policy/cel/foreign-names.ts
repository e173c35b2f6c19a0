/** What other systems call things, by the longest prefix that is written here, and what they are called here. */
const FOREIGN: readonly (readonly [string, string])[] = [
  // Authorino
  ["auth.identity", "did you mean `auth.claims`?"],
  ["auth.metadata", "metadata from elsewhere does not exist here; use `auth.claims` or `request.headers`"],
  ["auth.authorization", "results of other rules do not exist here; write them as rules"],
  ["context.request.http.path", "did you mean `request.path`?"],
  ["context.request.http.method", "did you mean `request.method`?"],
  ["context.request.http.host", "did you mean `request.host`?"],
  ["context.request.http.headers", "did you mean `request.headers`?"],
  ["context.request", "did you mean `request`?"],
  ["context.source", "did you mean `source`?"],
  ["context.destination", "did you mean `destination`?"],
  ["request.raw_body", "did you mean `request.body`?"],
  ["request.user_agent", "did you mean `request.headers['user-agent']`?"],
  ["request.context_extensions", "Envoy's context extensions are not shown to conditions; use `destination`"],
  ["source.service", "did you mean `source.serviceAccount`?"],
  ["source.labels", "labels of the calling pod are not known; use `source.serviceAccount` or `source.namespace`"],
  ["source.certificate", "did you mean `source.principal`?"],
  ["destination.principal", "did you mean `destination.serviceAccount`?"],
  ["destination.service", "did you mean `destination.serviceAccount`?"],
  // Envoy
  ["request.useragent", "did you mean `request.headers['user-agent']`?"],
  ["request.referer", "did you mean `request.headers['referer']`?"],
  ["request.id", "did you mean `request.headers['x-request-id']`?"],
  ["request.size", "sizes are not shown to conditions; use `size(request.body)` or `request.headers['content-length']`"],
  ["request.total_size", "sizes are not shown to conditions"],
  ["request.duration", "the request has not ended when it is decided"],
  ["connection.mtls", "did you mean `has(source.principal)`?"],
  ["connection.uri_san_peer_certificate", "did you mean `source.principal`?"],
  ["connection.requested_server_name", "did you mean `request.host`?"],
  ["connection", "properties of the connection are under `source` and `destination`"],
  ["response", "there is no response yet when a request is decided"],
  ["metadata", "dynamic metadata of other filters is not shown to conditions"],
  ["filter_state", "state of other filters is not shown to conditions"],
  ["xds", "Envoy's configuration is not shown to conditions; use `destination`"],
  ["upstream", "the upstream is not chosen yet when a request is decided"],
  // Istio
  ["request.auth.claims", "did you mean `auth.claims`?"],
  ["request.auth.principal", "did you mean `auth.issuer` and `auth.subject`?"],
  ["request.auth.audiences", "did you mean `auth.claims.aud`?"],
  ["request.auth.presenter", "did you mean `auth.claims.azp`?"],
  ["request.auth", "did you mean `auth`?"],
  ["source.ip", "did you mean `source.address`?"],
  ["destination.ip", "did you mean `destination.address`?"],
  ["remote.ip", "the client behind trusted hops is matched by `remoteIpBlocks` of a rule"],
  // Kubernetes
  ["object", "did you mean `request.json`?"],
  ["oldObject", "there is no old object here"],
  ["request.userInfo", "did you mean `auth`?"],
  ["request.object", "did you mean `request.json`?"],
  ["params", "parameters do not exist here; write the values into the expression"],
  ["variables", "variables do not exist here; write their expressions where they are used"],
  ["authorizer", "calls to the API server are not made from conditions"],
  ["claims", "did you mean `auth.claims`?"],
  ["user", "did you mean `auth.subject`?"],
  // OPA
  ["input.attributes.request.http", "did you mean `request`?"],
  ["input", "did you mean `request`?"],
  // what people call a token
  ["jwt", "did you mean `auth.claims`?"],
  ["token", "did you mean `auth.claims`?"],
  ["identity", "did you mean `auth`?"],
];

/** Help for a name of another system, as a whole sentence without full stop. */
export function foreignName(written: string): string | undefined {
  return FOREIGN.find(([name]) => written === name || written.startsWith(`${name}.`))?.[1];
}
