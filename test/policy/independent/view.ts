import type { Credential, Identity } from "./credentials.ts";
import type { Method } from "./manifest-types.ts";
import type { Peer } from "./peer.ts";
import type { Policy } from "./policy.ts";
import type { Call } from "./world.ts";

/** All that is the same for every rule that looks at a call. */
export interface Scene {
  readonly call: Call;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly peer: Peer | undefined;
  readonly trustedHops: number;
}

/** Whom one evaluation of a rule sees. */
export interface View {
  readonly identity: Identity | undefined;
  /** The policy's own methods that accepted it, in the policy's order. */
  readonly methods: readonly string[];
  /** Only entries of `from` that name the peer are considered. */
  readonly onlyPeer: boolean;
}

const NOBODY: View = { identity: undefined, methods: [], onlyPeer: false };

/** The policy's own methods that accepted a credential. */
export function ownMethods(policy: Policy, { acceptedBy }: Credential): readonly Method[] {
  return (policy.body.authentication ?? []).filter((method) => acceptedBy.includes(method));
}

/** For Allow and Audit rules; empty where the policy takes no part. */
export function viewsToAllow(policy: Policy, credentials: readonly Credential[]): readonly View[] {
  const methods = policy.body.authentication ?? [];
  if (methods.length === 0) return [NOBODY];
  if (!takesPart(policy, credentials)) return [];
  const seen = credentials.flatMap((credential) => {
    const own = ownMethods(policy, credential);
    return own.length === 0 ? [] : [{ identity: credential.identity, methods: own.map(({ name }) => name), onlyPeer: false }];
  });
  if (seen.length > 0) return seen;
  return anonymous(policy) ?? [{ ...NOBODY, onlyPeer: true }];
}

/** Its methods refused no good credential that none of them accepted. */
export function takesPart(policy: Policy, credentials: readonly Credential[]): boolean {
  const methods = policy.body.authentication ?? [];
  return !credentials.some(
    (credential) =>
      ownMethods(policy, credential).length === 0 && credential.refusedBy.some((method) => methods.includes(method)),
  );
}

function anonymous(policy: Policy): readonly View[] | undefined {
  const method = policy.body.authentication?.find(({ anonymous: is }) => is !== undefined);
  if (method === undefined) return undefined;
  return [{ identity: { kind: "anonymous", provider: "", scopes: [], claims: {} }, methods: [method.name], onlyPeer: false }];
}

export function viewsToDeny(policy: Policy, credentials: readonly Credential[]): readonly View[] {
  const own = credentials.map((credential) => ownMethods(policy, credential).map(({ name }) => name));
  const seen = credentials.map(({ identity }, index) => ({ identity, methods: own[index] ?? [], onlyPeer: false }));
  const strangers = own.every((methods) => methods.length === 0) ? (anonymous(policy) ?? []) : [];
  return seen.length + strangers.length === 0 ? [NOBODY] : [...seen, ...strangers];
}
