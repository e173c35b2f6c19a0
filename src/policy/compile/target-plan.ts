import type { CredentialLocation, MethodPlan } from "../model/authentication.ts";
import { OVERRIDE_HEADERS } from "../model/override-headers.ts";
import type { CredentialReader, ForwardPlan, LocationPlan, PeerRequirement, PolicyPlan, TargetPlan } from "../model/plan.ts";

/** The policies that select one target, each list oldest first. */
export interface Candidates {
  readonly overrides: readonly PolicyPlan[];
  readonly own: readonly PolicyPlan[];
  readonly defaults: readonly PolicyPlan[];
}

/**
 * Joins the policies of one target. `peer` asks for what is asked of the caller where no policy says: a workload's caller proves who it
 * is, a gateway's need not.
 */
export function joinPolicies(candidates: Candidates, peer: "Required" | "Optional"): TargetPlan {
  return joinTried(enforcedOf(candidates), trialsOf(candidates), peer);
}

export function enforcedOf(candidates: Candidates): Candidates {
  return mapCandidates(candidates, (plans) => plans.filter(({ mode }) => mode === "Enforce"));
}

/** Each Shadow policy among the candidates, as if it alone of them were enforced. */
export function trialsOf(candidates: Candidates): readonly Tried[] {
  const shadowed = Object.values(candidates)
    .flat()
    .filter(({ mode }) => mode === "Shadow");
  return [...new Set(shadowed.map(({ key }) => key))].map((key) => {
    const replaced = shadowed.find((plan) => plan.key === key)?.replaces;
    const stays = (plan: PolicyPlan): boolean =>
      plan.mode === "Shadow" ? plan.key === key : plan.key !== replaced || plan.tier !== "own";
    return { policy: key, candidates: mapCandidates(candidates, (plans) => plans.filter(stays)) };
  });
}

/** A Shadow policy and the policies as they would be if it were enforced. */
export interface Tried {
  readonly policy: string;
  readonly candidates: Candidates;
}

/**
 * The plan of what is enforced, with a plan beside it for each Shadow policy that has a part in its own; the first counts where one is tried in
 * several places.
 */
export function joinTried(enforced: Candidates, tried: readonly Tried[], peer: "Required" | "Optional"): TargetPlan {
  const first = tried.filter(({ policy }, index) => tried.findIndex((other) => other.policy === policy) === index);
  const shadows = first.map(({ policy, candidates }) => ({ policy, plan: join(candidates, peer) }));
  // Defaults on trial have no part where the namespace has a policy of its own.
  return {
    ...join(enforced, peer),
    shadows: shadows.filter(({ policy, plan }) => plan.policies.some(({ key }) => key === policy)),
  };
}

function mapCandidates(candidates: Candidates, map: (plans: readonly PolicyPlan[]) => readonly PolicyPlan[]): Candidates {
  return { overrides: map(candidates.overrides), own: map(candidates.own), defaults: map(candidates.defaults) };
}

function join({ overrides, own, defaults }: Candidates, peer: "Required" | "Optional"): TargetPlan {
  const rest = own.length > 0 ? own : defaults;
  const policies = [...overrides, ...rest];
  const locations = joinLocations(policies);
  return {
    policies,
    overrides,
    rest,
    peer: strictestPeer(policies, peer),
    locations,
    forward: joinForward(policies, locations),
    shadows: [],
  };
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
    if (method.kind === "clientCertificate") {
      const joined = locations.get("certificate") ?? { in: "certificate", name: "", readers: [] };
      joined.readers.push({ method, read: (value) => value });
      locations.set("certificate", joined);
    }
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
      const rest = value.slice(scheme.length);
      const text = rest.startsWith(" ") ? rest.replace(/^ +/, "") : rest;
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
  // A credential in `x_token` has its twin in `x-token`.
  const credentials = names("header").flatMap((name) => [name, name.replaceAll("_", "-")]);
  const removeHeaders = [...new Set([...overrides, ...credentials])].filter((name) => !claimHeaders.has(name)).sort();
  return {
    removeHeaders,
    removeQueryParameters: names("query"),
    removeCookies: names("cookie"),
    claimHeaders: [...claimHeaders].sort(),
    guarded: new Set([...removeHeaders, ...claimHeaders].map((name) => name.replaceAll("_", "-"))),
  };
}
