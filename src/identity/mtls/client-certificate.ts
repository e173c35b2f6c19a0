import type { X509Certificate } from "node:crypto";
import type { ClaimValue, Identity } from "../../policy/model/identity.ts";
import { decodeCertificate } from "./certificate.ts";
import { formatDistinguishedName } from "./distinguished-name.ts";
import { type GeneralName, parseSubjectAltName } from "./subject-alt-name.ts";

/** Whom a client's certificate speaks for, and when. */
export interface ClientCertificate {
  readonly identity: Identity;
  readonly uris: readonly string[];
  /** Lower case. */
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  /** Absent where the subject has none, or several. */
  readonly commonName?: string;
  /** As RFC 2253 writes it. */
  readonly issuer: string;
  /** Milliseconds since the epoch, both ends included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Why a text is no certificate that could speak for a client: one clause. */
export interface CertificateFault {
  readonly fault: string;
}

/** RFC 5280 §4.2.1.12: `id-kp-clientAuth` and `anyExtendedKeyUsage`. */
const CLIENT_USAGES = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"];
/** Names with control characters are read differently by different readers (CVE-2009-2408 and its kin). */
const CONTROL = /[\0-\x1f\x7f]/;

/**
 * Reads a client's certificate from URL-encoded PEM. Whether its chain leads to a trusted root is Envoy's to verify; here it is refused if it is an
 * authority's, if its key is for other uses than authenticating a client, or if a name in it cannot be read in one way only.
 */
export function readClientCertificate(encoded: string): ClientCertificate | CertificateFault {
  const certificate = decodeCertificate(encoded);
  if (certificate === undefined) return { fault: "what Envoy forwards is not one certificate in PEM" };
  if (certificate.ca) return { fault: "it is the certificate of an authority" };
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.some((usage) => CLIENT_USAGES.includes(usage)))
    return { fault: "its extended key usage does not include client authentication" };
  const names = readNames(certificate);
  if (names === undefined) return { fault: "its alternative names cannot be read in one way only" };
  const values = (type: string): readonly string[] => names.filter((name) => name.type === type).map(({ value }) => value);
  const uris = values("URI");
  const dns = values("DNS").map((name) => name.toLowerCase());
  const emails = values("email");
  const commonName = readCommonName(certificate);
  const subject = formatDistinguishedName(certificate.subject ?? "");
  const issuer = formatDistinguishedName(certificate.issuer ?? "");
  const notAfter = certificate.validToDate.getTime();
  const known = uris[0] ?? dns[0] ?? subject;
  const claims: { [name: string]: ClaimValue } = Object.assign(Object.create(null), {
    uris,
    dns,
    emails,
    subject,
    issuer,
    serialNumber: certificate.serialNumber,
    notAfter: BigInt(Math.floor(notAfter / 1000)),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  });
  if (commonName !== undefined) claims["commonName"] = commonName;
  return {
    identity: {
      kind: "clientCertificate",
      provider: "",
      ...(known === "" ? {} : { subject: known }),
      ...(issuer === "" ? {} : { issuer }),
      scopes: [],
      claims,
    },
    uris,
    dns,
    emails,
    ...(commonName === undefined ? {} : { commonName }),
    issuer,
    notBefore: certificate.validFromDate.getTime(),
    notAfter,
  };
}

function readNames({ subjectAltName }: X509Certificate): readonly GeneralName[] | undefined {
  if (subjectAltName === undefined || subjectAltName === "") return [];
  const names = parseSubjectAltName(subjectAltName);
  return names?.some(({ value }) => value === "" || CONTROL.test(value)) === true ? undefined : names;
}

/** Readers differ about which of several counts, so none does. */
function readCommonName(certificate: X509Certificate): string | undefined {
  const name: unknown = Reflect.get(certificate.toLegacyObject().subject, "CN");
  return typeof name === "string" && name !== "" && !CONTROL.test(name) ? name : undefined;
}
