/**
 * What the edge knows of one call before any rule has looked at it. Strings are as Envoy sent them, neither decoded nor normalized;
 * `policy/match` turns them into what rules see. Source: `envoy.service.auth.v3.AttributeContext`.
 */
export interface Request {
  /** `attributes.request.http.method` */
  readonly method: string;
  /** `attributes.request.http.path`: path with query, undecoded */
  readonly path: string;
  /** `attributes.request.http.host`: the `:authority` or Host header */
  readonly host: string;
  /** `attributes.request.http.scheme` */
  readonly scheme: string;
  /** `attributes.request.http.protocol`: `HTTP/1.1`, `HTTP/2`, … */
  readonly protocol: string;
  /** `attributes.request.time`, milliseconds since the epoch; 0 when Envoy sent none */
  readonly time: number;
  readonly headers: HeaderView;
  /** Absent where Envoy buffered none. */
  readonly body?: RequestBody | undefined;
  readonly source: RequestPeer;
  readonly destination: RequestPeer;
  /** `attributes.destination.labels`: the pod's labels at injection */
  readonly labels: ReadonlyMap<string, string>;
  /** A string that is equal for two requests only if their labels are equal: a cheap key for what depends on labels alone. */
  readonly labelsKey: string;
  /** `attributes.context_extensions`, written by Envoy's configuration and never by a caller */
  readonly extensions: ReadonlyMap<string, string>;
}

/** Request headers without pseudo-headers. Names are lower case. */
export interface HeaderView {
  /** Every value, in the order received; empty when the header is absent. */
  values(name: string): readonly string[];
  /** Each name once. */
  names(): readonly string[];
  /** The names that hold `_`: what many servers read as the header with `-` in its place. Nearly always empty, and cheap to ask. */
  namesWithUnderscore(): readonly string[];
}

export interface RequestBody {
  readonly bytes: Uint8Array;
  /** True unless it is certain that Envoy sent the whole (`x-envoy-auth-partial-body`, checked against the lengths that it gives). */
  readonly truncated: boolean;
}

/** `attributes.source`, `attributes.destination` */
export interface RequestPeer {
  /** An IP address as text, without port; empty when unknown (a unix socket). */
  readonly address: string;
  readonly port: number;
  /** The first URI SAN of the verified certificate, or what the configuration put in its place; empty when there was none. */
  readonly principal: string;
  /** URL-encoded PEM; empty unless the filter has `include_peer_certificate`. */
  readonly certificate: string;
}
