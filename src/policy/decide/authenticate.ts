import type { CredentialPorts, MethodPlan, Verification } from "../model/authentication.ts";
import type { VerifiedCredential } from "../model/decision.ts";
import type { Identity } from "../model/identity.ts";
import type { CredentialReader, LocationPlan, TargetPlan } from "../model/plan.ts";
import { REASONS, type Reason } from "../model/reason.ts";
import type { Request } from "../model/request.ts";
import type { CredentialTrace } from "../model/trace.ts";
import { findOwners } from "./ownership.ts";
import type { RequestFacts } from "./request-facts.ts";

/** What the request's credentials came to. */
export interface SettledAuthentication {
  readonly ok: true;
  readonly credentials: readonly VerifiedCredential[];
  /** Credentials that some of their owners accepted and others refused. */
  readonly disputes: readonly { readonly accepting: readonly MethodPlan[]; readonly refusing: readonly MethodPlan[] }[];
}

export type Authentication = SettledAuthentication | { readonly ok: false; readonly reason: Reason; readonly detail: string };

/** One credential and the methods that own it. */
interface OwnedCredential {
  readonly location: LocationPlan;
  readonly owners: readonly CredentialReader[];
  readonly verifications: readonly (Verification | Promise<Verification>)[];
}

interface SettledCredential extends OwnedCredential {
  readonly verifications: readonly Verification[];
}

export const NO_CREDENTIALS: SettledAuthentication = { ok: true, credentials: [], disputes: [] };

/**
 * Reads and verifies every credential that stands where a method of the target expects one. Synchronous unless a key or an answer
 * must be fetched first. Whoever shows a credential that is not good is refused, whatever else the request holds.
 */
export function authenticate(
  target: TargetPlan,
  source: RequestFacts,
  ports: CredentialPorts,
  trace?: CredentialTrace[],
): Authentication | Promise<Authentication> {
  const owned: OwnedCredential[] = [];
  let waits = false;
  for (const location of target.locations) {
    const values = source.values(location);
    if (values.length === 0) {
      trace?.push(
        ...location.readers.map(({ method }) => ({
          method: method.id,
          location: describe(location),
          outcome: "absent" as const,
          detail: "",
        })),
      );
      continue;
    }
    const credential =
      values.length > 1
        ? refuse("credential_repeated", `${values.length} values at ${describe(location)}`)
        : own(location, values[0] ?? "", source.request, ports, trace);
    if ("reason" in credential) {
      for (const { method } of trace === undefined ? [] : location.readers)
        trace?.push(refusedTrace(method, location, credential));
      return credential;
    }
    for (const verification of credential.verifications) waits ||= verification instanceof Promise;
    owned.push(credential);
  }
  if (owned.length === 0) return NO_CREDENTIALS;
  if (!waits) return conclude(owned as SettledCredential[], trace);
  return Promise.all(
    owned.map(async (credential) => ({
      ...credential,
      verifications: await Promise.all(credential.verifications.map((verification) => Promise.resolve(verification))),
    })),
  ).then((settled) => conclude(settled, trace));
}

type Refusal = Extract<Authentication, { ok: false }>;

function refuse(reason: Reason, detail: string): Refusal {
  return { ok: false, reason, detail };
}

/** Asks the credential's owners; a credential that nobody owns refuses the request. */
function own(
  location: LocationPlan,
  value: string,
  request: Request,
  ports: CredentialPorts,
  trace: CredentialTrace[] | undefined,
): OwnedCredential | Refusal {
  const { owners, verifications, unresolved } = findOwners(location, value, request, ports);
  if (owners.length > 0) {
    const others = trace === undefined ? [] : location.readers.filter((reader) => !owners.includes(reader));
    trace?.push(
      ...others.map(({ method }) => ({
        method: method.id,
        location: describe(location),
        outcome: "not owned" as const,
        detail: "",
      })),
    );
    return { location, owners, verifications };
  }
  if (unresolved !== undefined) return refuse("unresolved_ref", `the provider of method \`${unresolved.id}\` is missing`);
  return refuse(
    "credential_unrecognized",
    `what stands at ${describe(location)} has the form of none of ${methodNames(location)}`,
  );
}

function conclude(owned: readonly SettledCredential[], trace: CredentialTrace[] | undefined): Authentication {
  const credentials: VerifiedCredential[] = [];
  const disputes: { accepting: MethodPlan[]; refusing: MethodPlan[] }[] = [];
  for (const { location, owners, verifications } of owned) {
    const identities: { readonly identity: Identity; readonly methods: MethodPlan[] }[] = [];
    let refusing: MethodPlan[] | undefined;
    let worst: Refusal | undefined;
    for (let index = 0; index < owners.length; index++) {
      const verification = verifications[index] as Verification;
      const { method } = owners[index] as CredentialReader;
      if (verification.ok) {
        const { identity } = verification;
        const known = identities.length === 0 ? undefined : identities.find((each) => sameWitness(each.identity, identity));
        if (known === undefined) identities.push({ identity, methods: [method] });
        else known.methods.push(method);
        trace?.push({
          method: method.id,
          location: describe(location),
          outcome: "verified",
          detail: identity.subject ?? "",
        });
      } else {
        (refusing ??= []).push(method);
        worst = graver(worst, refuse(verification.reason, `${method.id}: ${verification.detail}`));
        trace?.push(refusedTrace(method, location, verification));
      }
    }
    if (identities.length === 0) return worst ?? refuse("internal", "no verification was made");
    credentials.push(...identities);
    if (refusing !== undefined) disputes.push({ accepting: identities.flatMap(({ methods }) => methods), refusing });
  }
  return { ok: true, credentials, disputes };
}

/**
 * Whether two methods that accept one credential say the same of it. What a token says is in the token, whoever verifies it; what a provider says
 * of a token that it was asked about is that provider's word, and never counts for a method that asked another.
 */
function sameWitness(one: Identity, other: Identity): boolean {
  return one.kind === other.kind && (one.kind !== "introspection" || one.provider === other.provider);
}

/** That we could not tell outweighs that it is wrong: the caller should come back. */
function graver(first: Refusal | undefined, second: Refusal): Refusal {
  if (first === undefined) return second;
  return REASONS[first.reason].class !== "unavailable" && REASONS[second.reason].class === "unavailable" ? second : first;
}

function refusedTrace(method: MethodPlan, location: LocationPlan, refusal: { reason: Reason; detail: string }): CredentialTrace {
  return { method: method.id, location: describe(location), outcome: "refused", reason: refusal.reason, detail: refusal.detail };
}

function describe(location: LocationPlan): string {
  if (location.in === "certificate") return "client certificate";
  return `${location.in} ${location.name}`;
}

function methodNames(location: LocationPlan): string {
  return location.readers.map((reader) => `\`${reader.method.id}\``).join(", ");
}
