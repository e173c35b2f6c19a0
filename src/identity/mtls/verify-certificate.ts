import type { ClientCertificateMethod, Verification } from "../../policy/model/authentication.ts";
import { type ForwardedCertificate, forwardedCertificate } from "../../policy/model/forwarded-certificate.ts";
import type { Request } from "../../policy/model/request.ts";
import type { Clock } from "../clock.ts";
import { type CertificateFault, type ClientCertificate, readClientCertificate } from "./client-certificate.ts";
import { remember } from "./remember.ts";
import { parseXfcc } from "./xfcc.ts";

/** Certificates that are remembered once read; each is some KiB of text. */
const MOST_REMEMBERED = 512;

export type CertificateVerifier = (method: ClientCertificateMethod, request: Request) => Verification;

const refuse = (detail: string): Verification => ({ ok: false, reason: "certificate_invalid", detail });

/** Verifies what Envoy forwards of the client's certificate. Clients repeat, so each certificate is read once. */
export function createCertificateVerifier(clock: Pick<Clock, "now">): CertificateVerifier {
  const certificates = remember(readClientCertificate, MOST_REMEMBERED);
  const elements = remember(readXfccCertificate, MOST_REMEMBERED);
  const read = ({ form, text }: ForwardedCertificate): ClientCertificate | CertificateFault | undefined =>
    form === "xfcc" ? elements(text) : certificates(text);

  return (method, request) => {
    const shown = forwardedCertificate(request);
    const certificate = shown === undefined ? undefined : read(shown);
    if (certificate === undefined) return refuse("there is none");
    if ("fault" in certificate) return refuse(certificate.fault);
    const now = clock.now();
    if (now < certificate.notBefore) return refuse("it is not valid yet");
    if (now > certificate.notAfter) return refuse("it has expired");
    const fault = findMismatch(method, certificate);
    return fault === undefined ? { ok: true, identity: certificate.identity } : refuse(fault);
  };
}

/**
 * The certificate in the last element, the one that the proxy nearest to us wrote. Without `Cert` there are names but nothing that says until when
 * they count, so they do not.
 */
function readXfccCertificate(text: string): ClientCertificate | CertificateFault {
  const element = parseXfcc(text)?.at(-1);
  if (element === undefined) return { fault: "x-forwarded-client-cert cannot be read" };
  const values = (key: string): readonly string[] => element.filter((pair) => pair.key === key).map(({ value }) => value);
  const [encoded, ...more] = values("cert");
  if (encoded === undefined || more.length > 0) return { fault: "x-forwarded-client-cert does not hold one `Cert`" };
  const certificate = readClientCertificate(encoded);
  if ("fault" in certificate) return certificate;
  const { fingerprint } = certificate.identity.claims;
  if (values("hash").some((hash) => hash.toLowerCase() !== fingerprint))
    return { fault: "x-forwarded-client-cert holds the hash of another certificate" };
  return certificate;
}

/** Every field that the method has must be met by one of its values. */
function findMismatch({ accepts }: ClientCertificateMethod, certificate: ClientCertificate): string | undefined {
  const { uris, dns, emails, commonName, issuer } = certificate;
  if (accepts.uris !== undefined && !shareOne(accepts.uris, uris)) return "it has none of the URIs that the method accepts";
  if (accepts.dns !== undefined && !shareOne(accepts.dns, dns)) return "it has none of the DNS names that the method accepts";
  if (accepts.emails !== undefined && !shareOne(accepts.emails, emails))
    return "it has none of the email addresses that the method accepts";
  if (accepts.commonNames !== undefined && !shareOne(accepts.commonNames, commonName === undefined ? [] : [commonName]))
    return "its subject has none of the common names that the method accepts";
  if (accepts.issuers !== undefined && !accepts.issuers.includes(issuer)) return "the method does not accept its issuer";
  return undefined;
}

function shareOne(accepted: readonly string[], held: readonly string[]): boolean {
  return accepted.some((value) => held.includes(value));
}
