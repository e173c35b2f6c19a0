import type { Request } from "./request.ts";

/** The key of `context_extensions` by which Envoy's configuration says how the caller was verified: `principal`, `certificate` or `xfcc`. */
export const PEER_SOURCE_EXTENSION = "sallyport.peer";

/** The client's certificate as Envoy tells it. */
export interface ForwardedCertificate {
  /** `certificate`: `attributes.source.certificate`. `xfcc`: the whole of `x-forwarded-client-cert`. */
  readonly form: "certificate" | "xfcc";
  /** Not empty. */
  readonly text: string;
}

const XFCC_HEADER = "x-forwarded-client-cert";

/**
 * What Envoy forwards of the client's certificate, or `undefined` where the client showed none. Only the place that the configuration names is
 * looked at: any other could be written by the client.
 */
export function forwardedCertificate(request: Request): ForwardedCertificate | undefined {
  const form = request.extensions.get(PEER_SOURCE_EXTENSION);
  if (form !== "certificate" && form !== "xfcc") return undefined;
  // Several header lines are one list (RFC 9110 §5.3).
  const text = form === "certificate" ? request.source.certificate : request.headers.values(XFCC_HEADER).join(",");
  return text === "" ? undefined : { form, text };
}
