import type { PeerIdentity } from "../../policy/model/identity.ts";
import type { Request } from "../../policy/model/request.ts";
import type { Clock } from "../clock.ts";
import { type CertificateIdentity, readForwardedCertificate } from "./certificate.ts";
import { parseSpiffeId } from "./spiffe-id.ts";
import { readXfccPeer } from "./xfcc.ts";

/** The key of `context_extensions` by which Envoy's configuration says how the calling workload was verified. */
const PEER_SOURCE_EXTENSION = "sallyport.peer";
const XFCC_HEADER = "x-forwarded-client-cert";

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
    switch (request.extensions.get(PEER_SOURCE_EXTENSION)) {
      case "principal":
        return principals(request.source.principal);
      case "certificate":
        return whileValid(certificates(request.source.certificate), clock.now());
      case "xfcc":
        // Several header lines are one list (RFC 9110 §5.3).
        return forwarded(request.headers.values(XFCC_HEADER).join(","));
      default:
        return undefined;
    }
  };
}

function whileValid(read: CertificateIdentity | undefined, now: number): PeerIdentity | undefined {
  return read !== undefined && now >= read.notBefore && now <= read.notAfter ? read.identity : undefined;
}

/** A bounded table before a pure reader. When full it is emptied: a rare, cheap restart in place of bookkeeping on each look-up. */
function remember<T>(read: (text: string) => T | undefined, max: number): (text: string) => T | undefined {
  const known = new Map<string, T | undefined>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || text === "") return found;
    if (known.has(text)) return undefined;
    const fresh = read(text);
    if (known.size >= max) known.clear();
    known.set(text, fresh);
    return fresh;
  };
}
