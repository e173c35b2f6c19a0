import * as x509 from "../../../src/pki/x509.ts";

export interface CertificateSpec {
  readonly uris: readonly string[];
  readonly dns?: readonly string[];
  readonly ca?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A self-signed certificate, as PEM. */
export async function makeCertificate({ uris, dns = [], ca, notBefore, notAfter }: CertificateSpec): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const names = [
    ...dns.map((value) => ({ type: "dns" as const, value })),
    ...uris.map((value) => ({ type: "url" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: "01",
      name: "CN=workload",
      notBefore: notBefore ?? new Date("2026-01-01T00:00:00Z"),
      notAfter: notAfter ?? new Date("2026-01-02T00:00:00Z"),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
        ...(ca === undefined ? [] : [new x509.BasicConstraintsExtension(ca)]),
      ],
    },
    crypto,
  );
  return certificate.toString("pem");
}

/** As Envoy forwards a certificate: PEM with a line feed at its end, URL-encoded. */
export const forward = (pem: string): string => encodeURIComponent(`${pem}\n`);
