import { join } from "node:path";
import type { Children } from "../scripts/components/children.ts";
import { type EnvoyProcess, startEnvoy } from "../scripts/components/envoy-process.ts";
import { createAuthority } from "../src/pki/authority.ts";
import { issueSvid } from "../src/pki/svid.ts";
import { workloadSpiffeId } from "../src/policy/model/workload-spiffe-id.ts";
import { renderSidecarConfig, renderText } from "../src/sidecar/bootstrap.ts";
import type { OutboundTraffic } from "../src/sidecar/workload.ts";
import type { PlaygroundPorts } from "./ports.ts";

export interface SidecarsOptions {
  readonly envoy: string;
  /** For configurations, sockets and access logs; readable by its owner alone. */
  readonly directory: string;
  readonly ports: PlaygroundPorts;
  /** Where the two sample services listen. */
  readonly apps: { readonly frontend: number; readonly orders: number };
}

export const TRUST_DOMAIN = "cluster.local";

/** The files stay as they are while the playground runs, so the identities must outlive a long afternoon. Seconds. */
const SVID_LIFETIME = 30 * 24 * 3600;

/** An Envoy for each sample service, with an identity from an authority that is made now and forgotten at the end. */
export async function startSidecars(children: Children, options: SidecarsOptions): Promise<readonly EnvoyProcess[]> {
  const { ports, apps, directory } = options;
  const authority = await createAuthority({ trustDomain: TRUST_DOMAIN, clock: Date.now });
  const local = (port: number): { address: string; port: number } => ({ address: "127.0.0.1", port });

  const start = async (
    name: string,
    inbound: number,
    app: number,
    outbound: readonly OutboundTraffic[],
  ): Promise<EnvoyProcess> => {
    const svid = await issueSvid(authority, workloadSpiffeId(TRUST_DOMAIN, { namespace: "shop", name }), {
      lifetime: SVID_LIFETIME,
    });
    const adminSocket = join(directory, `${name}.sock`);
    const bootstrap = renderSidecarConfig(
      { namespace: "shop", serviceAccount: name, pod: `${name}-playground`, labels: { app: name } },
      {
        trustDomain: TRUST_DOMAIN,
        identity: {
          certificateChain: { inline: svid.certificate },
          privateKey: { inline: svid.privateKey },
          trustBundle: { inline: authority.bundle },
        },
        door: { endpoint: local(ports.grpc) },
        inbound: { listen: local(inbound), app: local(app), plaintext: "decide" },
        outbound,
        adminSocket,
        accessLog: join(directory, `${name}.access.log`),
      },
    );
    return await startEnvoy(children, { binary: options.envoy, name, config: renderText(bootstrap), directory, adminSocket });
  };

  const toOrders: OutboundTraffic = {
    name: "orders",
    listen: local(ports.outbound),
    destination: local(ports.orders),
    serviceAccounts: [{ namespace: "shop", name: "orders" }],
  };
  return await Promise.all([
    start("frontend", ports.frontend, apps.frontend, [toOrders]),
    start("orders", ports.orders, apps.orders, []),
  ]);
}
