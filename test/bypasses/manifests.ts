import { apiKey, documents, manifest } from "../envoy/fixtures/manifests.ts";
import { FORMS } from "./bypass.ts";
import { type Credentials, issuerUrl } from "./credentials.ts";
import { gatewaySpecs, specOf, WORLDS } from "./worlds.ts";

/** Ports on loopback of servers that a provider must not be led to. */
export interface LurePorts {
  /** Answers with a redirect inwards. */
  readonly redirecting: number;
  /** Listens on loopback, and no object allows that it is asked. */
  readonly guarded: number;
  /** Where nothing listens. */
  readonly closed: number;
}

/** All worlds in both forms, with their providers and keys: one directory for one data plane. */
export function bypassManifests(credentials: Credentials, ports: LurePorts): { readonly [file: string]: string } {
  const names = Object.keys(WORLDS) as (keyof typeof WORLDS)[];
  const policies = FORMS.flatMap((form) => [
    ...names.map((name) => manifest("APIPolicy", `${name}-${form}`, specOf(name, form))),
    ...Object.entries(gatewaySpecs(form)).map(([name, spec]) => manifest("APIPolicy", name, spec)),
  ]);
  const provider = (name: string, spec: object, namespace?: string): string =>
    manifest("IdentityProvider", name, { issuer: issuerUrl(name), ...spec }, namespace);
  const at = (port: number): string => `http://127.0.0.1:${port}/keys`;
  const key = (name: string): string => credentials.apiKeys.get(name) ?? "";
  return {
    "policies.yaml": documents(...policies),
    "providers.yaml": documents(
      provider("corp", { jwks: credentials.jwks }),
      provider("unreachable", { jwksUri: at(ports.closed), allowPrivateAddresses: true }),
      provider("loopback", { jwksUri: `https://127.0.0.1:${ports.guarded}/keys` }),
      provider("metadata", { jwksUri: "http://169.254.169.254/latest/meta-data", allowPrivateAddresses: true }),
      provider("by-file", { jwksUri: "file:///etc/keys.json" }),
      provider("redirecting", { jwksUri: at(ports.redirecting), allowPrivateAddresses: true }),
      provider("elsewhere", { jwks: credentials.jwks }, "other"),
    ),
    "keys.yaml": documents(
      apiKey("acme", key("acme"), { app: "orders" }),
      apiKey("far", key("of-another-namespace"), { app: "orders" }, "other"),
      apiKey("unlike", key("of-other-labels"), { app: "billing" }),
      apiKey("opaque", key("in-an-opaque-secret"), { app: "orders" }).replace("sallyport.dev/api-key", "Opaque"),
    ),
  };
}
