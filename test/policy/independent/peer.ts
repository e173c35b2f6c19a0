import type { Policy } from "./policy.ts";
import type { Target } from "./target.ts";
import type { Call } from "./world.ts";

export interface Peer {
  readonly principal: string;
  readonly trustDomain: string;
  readonly namespace?: string;
  readonly account?: string;
}

/** Who calls, if Envoy's configuration says how it knows. Certificates are not among the cases. */
export function readPeer(call: Call): Peer | undefined {
  const way = call.extensions?.["sallyport.peer"];
  if (way === "principal") return readSpiffeId(principalOf(call.peer ?? ""));
  if (way !== "xfcc") return undefined;
  const written = call.headers?.["x-forwarded-client-cert"] ?? [];
  const uri = uriOfXfcc([written].flat().join(","));
  return uri === undefined ? undefined : readSpiffeId(uri);
}

function principalOf(peer: string): string {
  if (peer === "" || peer.startsWith("spiffe://")) return peer;
  const [namespace, account] = peer.split("/");
  return `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
}

/** Of the last element, which must have exactly one `URI`; no quoted values among the cases. */
function uriOfXfcc(text: string): string | undefined {
  const elements = text.split(",").map((element) => element.split(";").map((pair) => pair.split("=")));
  if (!elements.flat().every(([key = "", value]) => key !== "" && value !== undefined)) return undefined;
  const uris = (elements.at(-1) ?? []).filter(([key]) => key?.toLowerCase() === "uri");
  return uris.length === 1 ? uris[0]?.[1] : undefined;
}

function readSpiffeId(text: string): Peer | undefined {
  const parts = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)+)$/.exec(text);
  if (parts === null || text.length > 2048) return undefined;
  const [, trustDomain = "", path = ""] = parts;
  const segments = path.split("/").slice(1);
  if (segments.includes(".") || segments.includes("..")) return undefined;
  const [ns, namespace = "", sa, account = ""] = segments;
  const isKubernetes = segments.length === 4 && ns === "ns" && sa === "sa";
  return { principal: text, trustDomain, ...(isKubernetes ? { namespace, account } : {}) };
}

/** The reason to refuse a peer, if there is one. */
export function refusePeer(
  peer: Peer | undefined,
  policies: readonly Policy[],
  target: Target,
): "peer_unauthenticated" | "peer_untrusted" | undefined {
  const isRequired = ({ body }: Policy): boolean =>
    (body.peer?.mtls ?? (target.kind === "host" ? "Optional" : "Required")) === "Required";
  if (peer === undefined) return policies.some(isRequired) ? "peer_unauthenticated" : undefined;
  const trusts = ({ body }: Policy): boolean => body.peer?.trustDomains?.includes(peer.trustDomain) ?? true;
  return policies.every(trusts) ? undefined : "peer_untrusted";
}
