import { X509Certificate } from "node:crypto";
import type { PeerIdentity } from "../../policy/model/identity.ts";
import { parseSpiffeId } from "./spiffe-id.ts";
import { parseSubjectAltName } from "./subject-alt-name.ts";

/** A leaf certificate is a few KiB; more is not one. */
const LONGEST_CERTIFICATE = 64 * 1024;
const BEGIN = "-----BEGIN CERTIFICATE-----";

/** An identity read from a certificate, and the time in which the certificate speaks for it. */
export interface CertificateIdentity {
  readonly identity: PeerIdentity;
  /** Milliseconds since the epoch, both ends included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads the certificate that Envoy forwards in `attributes.source.certificate`: URL-encoded PEM of one leaf certificate, already
 * verified by the listener. It gives an identity only if it has exactly one URI SAN, that is a SPIFFE ID (X509-SVID §2), and if it
 * is no certificate of an authority (X509-SVID §5.2).
 */
export function readForwardedCertificate(encoded: string): CertificateIdentity | undefined {
  const certificate = decodeCertificate(encoded);
  if (certificate === undefined || certificate.ca) return undefined;
  const names = parseSubjectAltName(certificate.subjectAltName ?? "");
  const uris = names?.filter((name) => name.type === "URI") ?? [];
  const [uri] = uris;
  if (uri === undefined || uris.length !== 1) return undefined;
  const identity = parseSpiffeId(uri.value);
  if (identity === undefined) return undefined;
  return { identity, notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

/** The one certificate in a URL-encoded PEM text, as Envoy forwards it; `undefined` for anything else, a chain among it. */
export function decodeCertificate(encoded: string): X509Certificate | undefined {
  if (encoded.length > LONGEST_CERTIFICATE) return undefined;
  try {
    const pem = decodeURIComponent(encoded);
    // The constructor reads the first block and ignores the rest: a chain would leave it open which certificate was meant.
    if (!pem.startsWith(BEGIN) || pem.indexOf(BEGIN, BEGIN.length) >= 0) return undefined;
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
