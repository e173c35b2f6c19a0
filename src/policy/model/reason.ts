/** What kind of answer a reason stands for; it decides the status and which part of a policy's `response` shapes the answer. */
export type ReasonClass = "allow" | "unauthorized" | "unauthenticated" | "bad-request" | "unavailable";

interface ReasonEntry {
  readonly class: ReasonClass;
  /** HTTP status of the answer unless the policy's `response` says otherwise. */
  readonly status: number;
  readonly summary: string;
}

const entry = (reasonClass: ReasonClass, status: number, summary: string): ReasonEntry => ({
  class: reasonClass,
  status,
  summary,
});

/**
 * Every reason a decision can have: the only vocabulary of events, metric labels, response bodies and docs/reasons.md.
 * A reason is one word for one cause; it never names a path, a principal or a token.
 */
export const REASONS = {
  allowed: entry("allow", 200, "an Allow rule matched and no Deny rule did"),
  default_allow: entry("allow", 200, "no policy selects the workload and the installation's default action is Allow"),

  denied_by_rule: entry("unauthorized", 403, "a Deny rule matched"),
  no_rule_matched: entry("unauthorized", 403, "no Allow rule matched"),
  no_policy: entry("unauthorized", 403, "no policy selects the target"),
  peer_unauthenticated: entry("unauthorized", 403, "the policy requires mutual TLS and the calling workload proved no identity"),
  peer_untrusted: entry("unauthorized", 403, "the calling workload's trust domain is not among those the policy accepts"),

  unauthenticated: entry("unauthenticated", 401, "the request lacks a credential, and an Allow rule failed only for want of it"),
  credential_unrecognized: entry(
    "unauthenticated",
    401,
    "a credential stands where one is expected, but no method recognizes its form",
  ),
  credential_repeated: entry("unauthenticated", 401, "two credentials stand at one location"),
  token_malformed: entry("unauthenticated", 401, "the token is not a well-formed JWT"),
  token_algorithm_refused: entry("unauthenticated", 401, "the token's algorithm is not accepted"),
  token_key_unknown: entry("unauthenticated", 401, "no key of the provider fits the token's key id"),
  token_signature_invalid: entry("unauthenticated", 401, "the token's signature does not verify"),
  token_expired: entry("unauthenticated", 401, "the token has expired"),
  token_not_yet_valid: entry("unauthenticated", 401, "the token is not valid yet"),
  token_audience_mismatch: entry("unauthenticated", 401, "the token is meant for another audience"),
  token_lifetime_exceeded: entry("unauthenticated", 401, "the token lives longer than the policy accepts"),
  token_claim_invalid: entry("unauthenticated", 401, "a claim that the policy requires is missing or has a wrong value or type"),
  token_inactive: entry("unauthenticated", 401, "the provider says that the token is not active"),
  api_key_unknown: entry("unauthenticated", 401, "no API key that the method selects equals the one presented"),
  certificate_invalid: entry("unauthenticated", 401, "the client certificate is not acceptable"),

  method_invalid: entry("bad-request", 400, "the method is not a token of upper-case letters"),
  host_invalid: entry("bad-request", 400, "the host is not one ASCII DNS name, IPv4 or bracketed IPv6 address"),
  path_not_absolute: entry("bad-request", 400, "the path does not start with a slash"),
  path_host_mismatch: entry("bad-request", 400, "the absolute-form target disagrees with the host"),
  path_not_normalized: entry("bad-request", 400, "the path holds a dot segment or an empty segment"),
  path_backslash: entry("bad-request", 400, "the path holds a raw or escaped backslash"),
  path_control_byte: entry("bad-request", 400, "the path holds a raw or escaped control byte"),
  path_escaped_separator: entry("bad-request", 400, "the path holds an escaped `/`, `;`, `#` or `?`"),
  path_double_escaped: entry("bad-request", 400, "the path holds `%25` before two hex digits"),
  path_bad_escape: entry("bad-request", 400, "the path holds a `%` without two hex digits"),
  path_bad_utf8: entry("bad-request", 400, "the path is not valid UTF-8 once its escapes are decoded"),
  path_lookalike: entry(
    "bad-request",
    400,
    "the path holds a character whose compatibility form is a separator, a dot or an escape",
  ),
  path_too_long: entry("bad-request", 400, "the path is longer than 8 KiB"),
  headers_too_many: entry("bad-request", 400, "the request has more than 100 headers"),
  headers_too_large: entry("bad-request", 400, "the headers are larger than 64 KiB"),
  header_invalid: entry("bad-request", 400, "a header has a name or value that HTTP does not allow"),
  target_invalid: entry("bad-request", 400, "Envoy's configuration names the target in a form that cannot be read"),
  request_undecodable: entry("bad-request", 400, "the CheckRequest is not valid protobuf or lacks its HTTP attributes"),
  request_too_large: entry("bad-request", 413, "the CheckRequest is larger than the receive limit"),
  body_truncated: entry("bad-request", 413, "a rule needs the body and Envoy sent only a part of it"),

  not_synced: entry("unavailable", 503, "the policies have not been read yet"),
  policy_invalid: entry("unavailable", 503, "a policy of the target is invalid and has no earlier good version"),
  unresolved_ref: entry("unavailable", 503, "an object that an authentication method refers to is missing"),
  identity_provider_unavailable: entry("unavailable", 503, "the identity provider's keys cannot be had"),
  deadline: entry("unavailable", 503, "the decision would have outlived the call"),
  overloaded: entry("unavailable", 503, "more calls are waiting than can be answered in time"),
  internal: entry("unavailable", 503, "Sallyport itself failed"),
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;
