import type { MethodPlan } from "../model/authentication.ts";
import type { VerifiedCredential } from "../model/decision.ts";
import type { Identity } from "../model/identity.ts";
import type { PolicyPlan } from "../model/plan.ts";
import type { SettledAuthentication } from "./authenticate.ts";
import type { Admission } from "./rules.ts";

/** One identity as one policy knows it. */
export interface View {
  readonly identity: Identity | undefined;
  /** Names of the policy's own methods that accepted it. */
  readonly methodNames: readonly string[];
}

export interface AllowViews {
  readonly admission: Admission;
  /** Empty where the policy takes no part: one of its methods owns a credential that none of them accepts. */
  readonly views: readonly View[];
  /** True where a credential of the policy's methods could still make a difference. */
  readonly lacksCredential: boolean;
}

const NOBODY: readonly View[] = [{ identity: undefined, methodNames: [] }];
const ANONYMOUS: Identity = Object.freeze({
  kind: "anonymous",
  provider: "",
  scopes: [],
  claims: Object.freeze(Object.create(null)),
});
const SHUT: AllowViews = { admission: "open", views: [], lacksCredential: false };
const UNAUTHENTICATED_POLICY: AllowViews = { admission: "open", views: NOBODY, lacksCredential: false };
const PEER_ONLY: AllowViews = { admission: "peer-only", views: NOBODY, lacksCredential: true };

/** Whom an Allow of the policy sees: only who its own methods admitted. */
export function allowViews(policy: PolicyPlan, authentication: SettledAuthentication): AllowViews {
  if (policy.methods.length === 0) return UNAUTHENTICATED_POLICY;
  if (authentication.disputes.some(({ refusing, accepting }) => shares(refusing, policy) && !shares(accepting, policy)))
    return SHUT;
  const views: View[] = [];
  for (const credential of authentication.credentials) {
    const methodNames = localNames(policy, credential);
    if (methodNames.length > 0) views.push({ identity: credential.identity, methodNames });
  }
  if (views.length > 0) return { admission: "open", views, lacksCredential: false };
  if (policy.anonymous === undefined) return PEER_ONLY;
  return { admission: "open", views: [anonymousView(policy.anonymous)], lacksCredential: policy.methods.length > 1 };
}

/** Whom a Deny of the policy sees: everyone who was verified for the target, by whichever policy. */
export function denyViews(policy: PolicyPlan, authentication: SettledAuthentication): readonly View[] {
  if (authentication.credentials.length === 0) return policy.anonymous === undefined ? NOBODY : [anonymousView(policy.anonymous)];
  const views: View[] = authentication.credentials.map((credential) => ({
    identity: credential.identity,
    methodNames: localNames(policy, credential),
  }));
  if (policy.anonymous !== undefined && views.every(({ methodNames }) => methodNames.length === 0))
    views.push(anonymousView(policy.anonymous));
  return views;
}

function anonymousView(method: MethodPlan): View {
  return { identity: ANONYMOUS, methodNames: [method.name] };
}

function localNames(policy: PolicyPlan, credential: VerifiedCredential): readonly string[] {
  return credential.methods.filter((method) => policy.methods.includes(method)).map((method) => method.name);
}

function shares(methods: readonly MethodPlan[], policy: PolicyPlan): boolean {
  return methods.some((method) => policy.methods.includes(method));
}
