import * as x509 from "../../../src/pki/x509.ts";

export interface CertificateSpec {
  readonly uris: readonly string[];
  readonly dns?: readonly string[];
  readonly emails?: readonly string[];
  /** The subject's distinguished name, least specific part first. */
  readonly subject?: string;
  /** The issuer's; the subject's where absent. */
  readonly issuer?: string;
  readonly usages?: readonly string[];
  readonly ca?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A certificate signed by its own key, as PEM. */
export async function makeCertificate(spec: CertificateSpec): Promise<string> {
  const { uris, dns = [], emails = [], subject = "CN=workload", issuer = subject, usages, ca, notBefore, notAfter } = spec;
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const names = [
    ...dns.map((value) => ({ type: "dns" as const, value })),
    ...uris.map((value) => ({ type: "url" as const, value })),
    ...emails.map((value) => ({ type: "email" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: "01",
      subject,
      issuer,
      notBefore: notBefore ?? new Date("2026-01-01T00:00:00Z"),
      notAfter: notAfter ?? new Date("2026-01-02T00:00:00Z"),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
        ...(usages === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...usages])]),
        ...(ca === undefined ? [] : [new x509.BasicConstraintsExtension(ca)]),
      ],
    },
    crypto,
  );
  return certificate.toString("pem");
}

/** As Envoy forwards a certificate: PEM with a line feed at its end, URL-encoded. */
export const forward = (pem: string): string => encodeURIComponent(`${pem}\n`);
