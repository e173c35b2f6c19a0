import { webcrypto } from "node:crypto";
import { type Authority, BACKDATE, serialNumber } from "./authority.ts";
import { generateKeyPair, privateKeyPem, SIGNATURE } from "./key.ts";
import * as x509 from "./x509.ts";

export interface SvidOptions {
  /** Seconds that the certificate is valid; one hour unless given. */
  readonly lifetime?: number;
}

/** A workload's identity: an X509-SVID with its private key. */
export interface Svid {
  /** `spiffe://cluster.local/ns/shop/sa/orders` */
  readonly spiffeId: string;
  /** PEM, the leaf; the root that signed it stands in the trust bundle. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  /** Lower-case hex. */
  readonly serialNumber: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const HOUR = 3600;

/** Trust domain and path as SPIFFE-ID §2.1 and §2.2 allow them: no empty or dot segment, no escape, no port. */
const SPIFFE_ID = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+)$/;

/**
 * Signs a fresh key for one workload. The subject is empty, so the SAN is critical (RFC 5280 §4.2.1.6), and it holds exactly one
 * URI (X509-SVID §2). A sidecar is both client and server, so it may be used as both.
 *
 * @throws TypeError for an ID that is not a workload's in the authority's trust domain
 */
export async function issueSvid(authority: Authority, spiffeId: string, options: SvidOptions = {}): Promise<Svid> {
  if (spiffeId.length > 2048 || SPIFFE_ID.exec(spiffeId)?.[1] !== authority.trustDomain)
    throw new TypeError(`\`${spiffeId}\` is not a workload's SPIFFE ID in the trust domain \`${authority.trustDomain}\``);
  const keys = await generateKeyPair();
  const now = authority.clock();
  // A leaf that outlives its root would fail at a moment nobody expects.
  const notAfter = Math.min(now + (options.lifetime ?? HOUR) * 1000, authority.certificate.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: "",
      issuer: authority.certificate.subject,
      notBefore: new Date(now - BACKDATE),
      notAfter: new Date(notAfter),
      signingAlgorithm: SIGNATURE,
      signingKey: authority.signingKey,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "url", value: spiffeId }], true),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey, false, webcrypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    spiffeId,
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: await privateKeyPem(keys.privateKey),
    serialNumber: certificate.serialNumber,
    notAfter: certificate.notAfter.getTime(),
  };
}
