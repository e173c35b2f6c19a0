/** RFC 9110 §5.6.2, without upper case (names are lower case here) and without `_`, which many servers read as `-`. */
const NAME = /^[a-z0-9!#$%&'*+.^`|~-]+$/;

/** What frames a message, belongs to one hop or says where it goes. Source: RFC 9110 §7.6.1, RFC 9113 §8.2.2. */
const RESERVED: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
  "expect",
]);

/** Envoy's own: it routes, retries and names verified clients by them. */
const ENVOY = /^x-envoy-|^x-forwarded-client-cert$/;

/**
 * Whether a policy may set or remove a header of this name. It may not touch what Envoy or HTTP itself acts upon: a policy's author
 * would gain more than a say about the service.
 */
export function isSettableHeader(name: string): boolean {
  return name.length <= 256 && NAME.test(name) && !RESERVED.has(name) && !ENVOY.test(name);
}

/** VCHAR, and spaces and tabs within. Source: RFC 9110 §5.5, without obs-text. Anchored at both ends by one class each, so that no value backtracks. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** Whether a text can be sent as a header's value and is read alike by everyone: visible ASCII and not empty. */
export function isSettableHeaderValue(value: string): boolean {
  return VALUE.test(value);
}
