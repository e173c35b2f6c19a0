import { parseAllDocuments } from "yaml";
import { parseResource } from "../../src/api/parse-resource.ts";
import { type Compilation, compile } from "../../src/policy/compile/compile.ts";
import type { CompileOptions, LastGood, Snapshot } from "../../src/policy/compile/snapshot.ts";
import { type DecisionPorts, decide } from "../../src/policy/decide/decide.ts";
import type { CredentialPorts, Verification } from "../../src/policy/model/authentication.ts";
import type { Decision } from "../../src/policy/model/decision.ts";
import type { Identity, PeerIdentity } from "../../src/policy/model/identity.ts";
import type { Request } from "../../src/policy/model/request.ts";

/** Builders of tiny worlds: manifests as YAML, requests as a few fields, credentials as plain words. */

const OPTIONS: CompileOptions = {
  trustDomain: "cluster.local",
  defaultAction: "Deny",
  trustedHops: 0,
  installationNamespace: "sallyport-system",
};

type Resources = {
  -readonly [Key in "policies" | "clusterPolicies" | "providers" | "services" | "namespaces"]: Snapshot[Key][number][];
};

export function snapshotOf(yaml: string): Snapshot {
  const resources: Resources = { policies: [], clusterPolicies: [], providers: [], services: [], namespaces: [] };
  const lostNamespaces = new Set<string>();
  let incomplete = false;
  for (const document of parseAllDocuments(yaml)) {
    const object: unknown = document.toJS();
    if (object === null) continue;
    const outcome = parseResource(object, { digest: (key) => `digest of ${key}` });
    if (outcome.outcome === "invalid" && outcome.lostPolicy) {
      if (outcome.object.namespace === undefined) incomplete = true;
      else lostNamespaces.add(outcome.object.namespace);
    }
    if (outcome.outcome !== "resource") continue;
    const { resource } = outcome;
    if (resource.kind === "APIPolicy") resources.policies.push(resource);
    else if (resource.kind === "ClusterAPIPolicy") resources.clusterPolicies.push(resource);
    else if (resource.kind === "Namespace") resources.namespaces.push(resource);
    else if (resource.kind === "Service") resources.services.push(resource);
    else if (resource.kind === "IdentityProvider" || resource.kind === "ClusterIdentityProvider")
      resources.providers.push(resource);
  }
  return { ...resources, lostNamespaces, incomplete };
}

export function compileWorld(yaml: string, options: Partial<CompileOptions> = {}, lastGood?: LastGood): Compilation {
  return compile(snapshotOf(yaml), { ...OPTIONS, ...options }, lastGood);
}

export interface RequestParts {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** `shop/frontend`, or a whole SPIFFE ID; nobody where absent. */
  readonly peer?: string;
  /** What Envoy forwards of the client's certificate. */
  readonly certificate?: string;
  readonly source?: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** `shop/orders`, the called workload's namespace and account; "" for none. */
  readonly workload?: string;
  readonly extensions?: Readonly<Record<string, string>>;
  readonly body?: { readonly text: string; readonly truncated?: boolean };
}

export function mkRequest(parts: RequestParts = {}): Request {
  const headers = new Map(
    Object.entries(parts.headers ?? {}).map(([name, value]) => [name, typeof value === "string" ? [value] : value]),
  );
  const labels = new Map(Object.entries(parts.labels ?? { app: "orders" }));
  const [namespace = "", account = ""] = (parts.workload ?? "shop/orders").split("/");
  const extensions = new Map(Object.entries(parts.extensions ?? {}));
  if (namespace !== "") extensions.set("sallyport.namespace", namespace).set("sallyport.serviceAccount", account);
  return {
    method: parts.method ?? "GET",
    path: parts.path ?? "/",
    host: parts.host ?? "orders.shop",
    scheme: "https",
    protocol: "HTTP/1.1",
    time: 0,
    headers: {
      values: (name) => headers.get(name) ?? [],
      names: () => [...headers.keys()],
      namesWithUnderscore: () => [...headers.keys()].filter((name) => name.includes("_")),
    },
    ...(parts.body === undefined
      ? {}
      : { body: { bytes: new TextEncoder().encode(parts.body.text), truncated: parts.body.truncated ?? false } }),
    source: {
      address: parts.source ?? "10.0.0.9",
      port: 40_000,
      principal: peerId(parts.peer ?? ""),
      certificate: parts.certificate ?? "",
    },
    destination: { address: "10.0.0.1", port: parts.port ?? 8080, principal: "", certificate: "" },
    labels,
    labelsKey: JSON.stringify([...labels]),
    extensions,
  };
}

function peerId(peer: string): string {
  if (peer === "" || peer.startsWith("spiffe://")) return peer;
  const [namespace, account] = peer.split("/");
  return `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
}

/** `token ISSUER SUBJECT` is a token; `{"iss":…}` claims follow a `|`. Its verification is as the world's `verifications` say, else good. */
export interface PortParts {
  /** By method id (`shop/orders#users`): what its verification answers instead. */
  readonly refuse?: Readonly<Record<string, Verification | Promise<Verification>>>;
  readonly identity?: Partial<Identity>;
}

export function mkIdentity(parts: Partial<Identity> = {}): Identity {
  return {
    kind: "jwt",
    provider: "shop/corp",
    subject: "ada",
    scopes: [],
    claims: Object.assign(Object.create(null), { sub: "ada" }),
    ...parts,
  };
}

/** Ports on which a token is written `jwt:ISSUER` and an API key `key:NAME`. */
export function mkPorts({ refuse = {}, identity = {} }: PortParts = {}): DecisionPorts {
  const credentials: CredentialPorts = {
    issuerOf: (credential) => (credential.startsWith("jwt:") ? credential.slice(4) : undefined),
    verifyJwt: (method) =>
      refuse[method.id] ?? { ok: true, identity: mkIdentity({ issuer: method.provider.issuer, ...identity }) },
    verifyApiKey: (_method, key) =>
      key.startsWith("key:")
        ? { ok: true, identity: mkIdentity({ kind: "apiKey", provider: "", subject: key.slice(4), ...identity }) }
        : { ok: false, reason: "api_key_unknown", detail: "no such key" },
    verifyIntrospection: (method) =>
      refuse[method.id] ?? {
        ok: true,
        identity: mkIdentity({
          kind: "introspection",
          provider: method.provider.name,
          issuer: method.provider.issuer,
          ...identity,
        }),
      },
    verifyKubernetesToken: (method) =>
      refuse[method.id] ?? {
        ok: true,
        identity: mkIdentity({
          kind: "kubernetesToken",
          provider: method.provider.name,
          issuer: method.provider.issuer,
          ...identity,
        }),
      },
    verifyCertificate(method) {
      const answer = refuse[method.id];
      if (answer !== undefined && !(answer instanceof Promise)) return answer;
      return { ok: true, identity: mkIdentity({ kind: "clientCertificate", provider: "", ...identity }) };
    },
  };
  return { credentials, peer: (request) => readPeer(request.source.principal) };
}

function readPeer(principal: string): PeerIdentity | undefined {
  const match = /^spiffe:\/\/([^/]+)\/(?:ns\/([^/]+)\/sa\/([^/]+)|.+)$/.exec(principal);
  if (match === null) return undefined;
  const [, trustDomain = "", namespace, serviceAccount] = match;
  return {
    principal,
    trustDomain,
    ...(namespace === undefined || serviceAccount === undefined ? {} : { namespace, serviceAccount }),
  };
}

/** Decides one request under the manifests of a world. */
export async function decideIn(yaml: string, parts: RequestParts, ports: PortParts = {}): Promise<Decision> {
  return decide(compileWorld(yaml).plan, mkRequest(parts), mkPorts(ports));
}

/** What most tests compare: `allowed shop/orders/read`, `no_rule_matched`. */
export async function verdictIn(yaml: string, parts: RequestParts, ports: PortParts = {}): Promise<string> {
  const { reason, policy, rule } = await decideIn(yaml, parts, ports);
  return [reason, ...(policy === undefined ? [] : [[policy.key, ...(rule === undefined ? [] : [rule.name])].join("/")])].join(
    " ",
  );
}
