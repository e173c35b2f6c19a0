import type { CredentialLocation, MethodPlan } from "../model/authentication.ts";
import { OVERRIDE_HEADERS } from "../model/override-headers.ts";
import type { CredentialReader, ForwardPlan, LocationPlan, PeerRequirement, PolicyPlan, TargetPlan } from "../model/plan.ts";

/**
 * Joins the policies of one target, oldest first. `peer` asks for what is asked of the caller where no policy says: a workload's caller
 * proves who it is, a gateway's need not.
 */
export function joinPolicies(
  enforced: readonly PolicyPlan[],
  shadowed: readonly PolicyPlan[],
  peer: "Required" | "Optional",
): TargetPlan {
  return {
    ...join(enforced, peer),
    shadows: shadowed.map((policy) => ({ policy: policy.key, plan: join([...enforced, policy], peer) })),
  };
}

function join(policies: readonly PolicyPlan[], peer: "Required" | "Optional"): TargetPlan {
  const locations = joinLocations(policies);
  return { policies, peer: strictestPeer(policies, peer), locations, forward: joinForward(policies, locations), shadows: [] };
}

function strictestPeer(policies: readonly PolicyPlan[], fallback: "Required" | "Optional"): PeerRequirement {
  let trustDomains: ReadonlySet<string> | undefined;
  for (const { peer } of policies) {
    if (peer?.trustDomains === undefined) continue;
    const own = new Set(peer.trustDomains);
    trustDomains = trustDomains === undefined ? own : new Set([...own].filter((domain) => trustDomains?.has(domain)));
  }
  return { required: policies.some((policy) => (policy.peer?.mtls ?? fallback) === "Required"), trustDomains };
}

function joinLocations(policies: readonly PolicyPlan[]): LocationPlan[] {
  const locations = new Map<string, LocationPlan & { readonly readers: CredentialReader[] }>();
  for (const method of policies.flatMap((policy) => policy.methods)) {
    for (const location of method.locations) {
      const key = `${location.in} ${location.name}`;
      const joined = locations.get(key) ?? { in: location.in, name: location.name, readers: [] };
      joined.readers.push(createReader(method, location));
      locations.set(key, joined);
    }
  }
  return [...locations.values()];
}

/** A prefix of letters is an auth scheme, which has no case and is followed by spaces (RFC 9110 §11.1); any other stands as it is written. */
function createReader(method: MethodPlan, { prefix }: CredentialLocation): CredentialReader {
  const credential = (text: string): string | undefined => (text === "" ? undefined : text);
  if (prefix === "") return { method, read: credential };
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(prefix)) {
    return { method, read: (value) => (value.startsWith(prefix) ? credential(value.slice(prefix.length).trim()) : undefined) };
  }
  const scheme = `${prefix} `;
  const folded = scheme.toLowerCase();
  return {
    method,
    read(value) {
      const head = value.slice(0, scheme.length);
      if (head !== scheme && head.toLowerCase() !== folded) return undefined;
      const text = value.slice(scheme.length).replace(/^ +/, "");
      // A tab, a second word or a list after the scheme is read differently by different servers.
      return /[\s,]/.test(text) ? undefined : credential(text);
    },
  };
}

function joinForward(policies: readonly PolicyPlan[], locations: readonly LocationPlan[]): ForwardPlan {
  const stripped = locations.filter(({ readers }) => !readers.every(({ method }) => method.forward));
  const claimHeaders = new Set(
    policies.flatMap((policy) => [...policy.claimHeaders.values()].flat().map(({ header }) => header)),
  );
  const overrides = OVERRIDE_HEADERS.filter((name) => !policies.every((policy) => policy.keepHeaders.includes(name)));
  const names = (place: CredentialLocation["in"]): string[] =>
    stripped.filter((location) => location.in === place).map(({ name }) => name);
  const removeHeaders = [...new Set([...overrides, ...names("header")])].filter((name) => !claimHeaders.has(name)).sort();
  return {
    removeHeaders,
    removeQueryParameters: names("query"),
    removeCookies: names("cookie"),
    claimHeaders: [...claimHeaders].sort(),
    guarded: new Set([...removeHeaders, ...claimHeaders].map((name) => name.replaceAll("_", "-"))),
  };
}
