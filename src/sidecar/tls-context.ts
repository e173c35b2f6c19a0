import { workloadSpiffeId } from "../policy/model/workload-spiffe-id.ts";
import type { Extension } from "./envoy-types.ts";
import { extension } from "./envoy-types.ts";
import type { PemSource, ServiceAccount, WorkloadIdentity } from "./workload.ts";

/**
 * Sidecars know each other by this SNI. An ALPN of our own would do too, were it not that Envoy's AUTO codec takes any ALPN but
 * `h2` for HTTP/1, which breaks HTTP/2 between sidecars.
 */
export const SIDECAR_SNI = "sidecar.sallyport.dev";

interface SanMatcher {
  readonly san_type: "URI";
  readonly matcher: { readonly prefix: string } | { readonly exact: string };
}

/** TLS that only a peer with an SVID of the trust domain gets through. */
export function downstreamTls(identity: WorkloadIdentity, trustDomain: string): Extension {
  return extension("envoy.transport_sockets.tls", "extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
    require_client_certificate: true,
    // A resumed session would skip the verification of a certificate that has expired since.
    disable_stateless_session_resumption: true,
    disable_stateful_session_resumption: true,
    common_tls_context: { alpn_protocols: ["h2", "http/1.1"], ...commonTlsContext(identity, [inTrustDomain(trustDomain)]) },
  });
}

/** TLS that shows our SVID and accepts only the given accounts' at the other end. No ALPN: each HTTP pool offers its own. */
export function upstreamTls(identity: WorkloadIdentity, trustDomain: string, peers: readonly ServiceAccount[]): Extension {
  return extension("envoy.transport_sockets.tls", "extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    sni: SIDECAR_SNI,
    max_session_keys: 0,
    common_tls_context: commonTlsContext(
      identity,
      peers.map((account) => ({ san_type: "URI", matcher: { exact: workloadSpiffeId(trustDomain, account) } })),
    ),
  });
}

/** The slash at the end keeps `cluster.local.evil` out. */
function inTrustDomain(trustDomain: string): SanMatcher {
  return { san_type: "URI", matcher: { prefix: `spiffe://${trustDomain}/` } };
}

function commonTlsContext(identity: WorkloadIdentity, sans: readonly SanMatcher[]): { readonly [field: string]: unknown } {
  return {
    tls_params: { tls_minimum_protocol_version: "TLSv1_3", tls_maximum_protocol_version: "TLSv1_3" },
    tls_certificates: [
      { certificate_chain: dataSource(identity.certificateChain), private_key: dataSource(identity.privateKey) },
    ],
    validation_context: { trusted_ca: dataSource(identity.trustBundle), match_typed_subject_alt_names: sans },
  };
}

function dataSource(source: PemSource): { readonly filename: string } | { readonly inline_string: string } {
  return "file" in source ? { filename: source.file } : { inline_string: source.inline };
}
