import { forwardedCertificate, PEER_SOURCE_EXTENSION } from "../../policy/model/forwarded-certificate.ts";
import type { PeerIdentity } from "../../policy/model/identity.ts";
import type { Request } from "../../policy/model/request.ts";
import type { Clock } from "../clock.ts";
import { type CertificateIdentity, readForwardedCertificate } from "./certificate.ts";
import { remember } from "./remember.ts";
import { parseSpiffeId } from "./spiffe-id.ts";
import { readXfccPeer } from "./xfcc.ts";

export interface PeerReaderOptions {
  readonly clock: Pick<Clock, "now">;
  /** How many different peers are remembered, for each way of naming them. */
  readonly maxRemembered?: number;
}

/** The identity of the workload that calls, or `undefined` for one that proved none. */
export type PeerReader = (request: Request) => PeerIdentity | undefined;

/**
 * Reads the peer as the configuration's `sallyport.peer` says:
 *
 * - `principal`: `attributes.source.principal` of a listener that verified the chain
 * - `certificate`: the forwarded certificate, while it is valid (a connection may outlive its certificate)
 * - `xfcc`: the last element of `x-forwarded-client-cert`, where the listener sanitizes that header
 *
 * Anything else is no identity. Peers repeat, so each text is parsed once and then found in a table.
 */
export function createPeerReader({ clock, maxRemembered = 4096 }: PeerReaderOptions): PeerReader {
  const principals = remember(parseSpiffeId, maxRemembered);
  // A certificate is some KiB of text: fewer of them.
  const certificates = remember(readForwardedCertificate, Math.ceil(maxRemembered / 4));
  const forwarded = remember(readXfccPeer, Math.ceil(maxRemembered / 4));

  return (request) => {
    if (request.extensions.get(PEER_SOURCE_EXTENSION) === "principal") return principals(request.source.principal);
    const shown = forwardedCertificate(request);
    if (shown === undefined) return undefined;
    return shown.form === "xfcc" ? forwarded(shown.text) : whileValid(certificates(shown.text), clock.now());
  };
}

function whileValid(read: CertificateIdentity | undefined, now: number): PeerIdentity | undefined {
  return read !== undefined && now >= read.notBefore && now <= read.notAfter ? read.identity : undefined;
}
