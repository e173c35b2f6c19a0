import type { PeerIdentity } from "../../policy/model/identity.ts";

const SCHEME = "spiffe://";
/** SPIFFE ID specification §2.3: URIs up to this many bytes must be supported, and longer ones must not be made. */
const LONGEST_ID = 2048;
/** SPIFFE ID specification §2.1 */
const LONGEST_TRUST_DOMAIN = 255;
const TRUST_DOMAIN = /^[a-z0-9._-]+$/;
/** SPIFFE ID specification §2.2. Percent-encoding is not among them, so no two texts mean the same path. */
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/**
 * Reads the SPIFFE ID of a workload: `spiffe://<trust domain>/<segment>[/<segment>…]`. Namespace and account come from a path that is
 * exactly `/ns/<namespace>/sa/<account>`; another path is an identity without them.
 *
 * An ID without a path names a trust domain and no workload, so it is refused: X509-SVID §5.2 wants a path in a leaf certificate.
 *
 * @returns `undefined` for whatever is not a SPIFFE ID as written; nothing is normalized, so equal identities are equal texts
 */
export function parseSpiffeId(text: string): PeerIdentity | undefined {
  if (text.length > LONGEST_ID || !text.startsWith(SCHEME)) return undefined;
  const [trustDomain = "", ...segments] = text.slice(SCHEME.length).split("/");
  if (trustDomain.length > LONGEST_TRUST_DOMAIN || !TRUST_DOMAIN.test(trustDomain)) return undefined;
  // A trailing slash leaves an empty last segment, which the pattern refuses with the other empty ones.
  if (segments.length === 0 || !segments.every(isSegment)) return undefined;

  const [ns, namespace, sa, serviceAccount] = segments;
  if (segments.length === 4 && ns === "ns" && sa === "sa" && namespace !== undefined && serviceAccount !== undefined) {
    return { principal: text, trustDomain, namespace, serviceAccount };
  }
  return { principal: text, trustDomain };
}

function isSegment(segment: string): boolean {
  return SEGMENT.test(segment) && segment !== "." && segment !== "..";
}
