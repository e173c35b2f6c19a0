import { randomBytes, webcrypto } from "node:crypto";
import { type Clock, generateKeyPair, SIGNATURE } from "./key.ts";
import * as x509 from "./x509.ts";

export interface AuthorityOptions {
  /** The SPIFFE trust domain whose identities the authority signs: `cluster.local`. */
  readonly trustDomain: string;
  readonly clock: Clock;
  /** Seconds that the root is valid; ten years unless given. */
  readonly lifetime?: number;
}

/** A root that signs workload identities. Its private key never leaves the process. */
export interface Authority {
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly certificate: x509.X509Certificate;
  /** PEM of the root: the trust bundle that workloads verify their peers against. */
  readonly bundle: string;
  readonly signingKey: webcrypto.CryptoKey;
}

const TEN_YEARS = 10 * 365 * 24 * 3600;

/** Clocks of nodes differ a little: what is issued now must not be from the future elsewhere. Milliseconds. */
export const BACKDATE = 60_000;

/**
 * Makes a self-signed ECDSA P-256 root. Its one URI SAN is the trust domain and it may sign certificates only.
 * Source: X509-SVID §3.1 and §4 (signing certificates).
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const keys = await generateKeyPair();
  const now = options.clock();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [`Sallyport ${options.trustDomain}`] }],
      notBefore: new Date(now - BACKDATE),
      notAfter: new Date(now + (options.lifetime ?? TEN_YEARS) * 1000),
      signingAlgorithm: SIGNATURE,
      keys,
      extensions: [
        // No path length: what it signs are leaves.
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.SubjectAlternativeNameExtension([{ type: "url", value: `spiffe://${options.trustDomain}` }]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    trustDomain: options.trustDomain,
    clock: options.clock,
    certificate,
    bundle: `${certificate.toString("pem")}\n`,
    signingKey: keys.privateKey,
  };
}

/** 126 random bits: positive, never zero (RFC 5280 §4.1.2.2). */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString("hex");
}
