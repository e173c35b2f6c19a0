import type { APIPolicy, DenialResponse, Rule } from "../../api/api-policy.ts";
import type { ClusterAPIPolicy, PolicyBody } from "../../api/cluster-api-policy.ts";
import type { MethodPlan } from "../model/authentication.ts";
import type { ClaimHeader, Effect, PolicyPlan, RefusalForm, RulePlan, Tier } from "../model/plan.ts";
import type { Faults } from "./faults.ts";
import { compileMethod, type MethodScope } from "./method.ts";
import type { Providers } from "./provider.ts";
import { compileRule } from "./rule.ts";
import type { CompileOptions } from "./snapshot.ts";

/** On a Shadow policy: the policy of the namespace for whose place it is a candidate. */
const SHADOW_OF = "sallyport.dev/shadow-of";

/** The part of a policy that one plan comes from. */
interface Section {
  /** `spec`, `spec.overrides`, `spec.defaults` */
  readonly at: string;
  readonly tier: Tier;
  readonly body: PolicyBody;
  readonly faulty: boolean;
}

/** Plans of one policy (a cluster's policy may have two). A faulty one still gives a plan: invalid, with those of its Deny rules that compile. */
export function compilePolicy(
  policy: APIPolicy | ClusterAPIPolicy,
  providers: Providers,
  options: CompileOptions,
  faults: Faults,
): readonly PolicyPlan[] {
  const scope = scopeOf(policy, options);
  const replaces = candidateFor(policy, faults);
  const misplaced = faults.errors > 0;
  return sectionsOf(policy).map((section) =>
    compileSection(policy, { ...section, faulty: section.faulty || misplaced }, scope, replaces, providers, options, faults),
  );
}

export function policyKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function scopeOf(
  policy: APIPolicy | ClusterAPIPolicy,
  { installationNamespace, tokenReview = false }: CompileOptions,
): MethodScope {
  const key = policyKey(policy);
  return policy.kind === "APIPolicy"
    ? { key, namespace: policy.namespace, keysNamespace: policy.namespace, tokenReview }
    : { key, namespace: undefined, keysNamespace: installationNamespace, tokenReview };
}

/** A section that the parser had to drop whole is still there: invalid, so that it denies. */
function sectionsOf(policy: APIPolicy | ClusterAPIPolicy): Section[] {
  if (policy.kind === "APIPolicy") return [{ at: "spec", tier: "own", body: policy.spec, faulty: policy.faults.length > 0 }];
  const parts = [
    { at: "spec.overrides", tier: "override", body: policy.spec.overrides },
    { at: "spec.defaults", tier: "default", body: policy.spec.defaults },
  ] as const;
  const elsewhere = policy.faults.some(({ path }) => !parts.some(({ at }) => isWithin(path, at)));
  // Where nothing of the spec can be read, or a field of it is unknown, a section that is not written may have said anything (it may be
  // that field, misspelt); else it has nothing to deny.
  const unreadable = policy.faults.some(
    ({ code, path }) => path === "" || path === "spec" || (code === "UnknownField" && /^spec\.[^.[]+$/.test(path)),
  );
  return parts.flatMap(({ at, tier, body }) => {
    const faultyInside = policy.faults.some(({ path }) => isWithin(path, at));
    if (body === undefined && !faultyInside && !unreadable) return [];
    return [{ at, tier, body: body ?? {}, faulty: elsewhere || faultyInside }];
  });
}

function isWithin(path: string, at: string): boolean {
  return path === at || path.startsWith(`${at}.`);
}

function candidateFor(policy: APIPolicy | ClusterAPIPolicy, faults: Faults): string | undefined {
  const name = policy.annotations.get(SHADOW_OF);
  if (name === undefined) return undefined;
  const path = `metadata.annotations[${SHADOW_OF}]`;
  if (policy.kind !== "APIPolicy") {
    faults.error("InvalidCandidate", path, "only an APIPolicy can be a candidate for another's place", "remove the annotation");
  } else if (policy.spec.mode !== "Shadow") {
    faults.error("InvalidCandidate", path, `a candidate for \`${name}\` must not be enforced beside it`, "write `mode: Shadow`");
  } else if (name === policy.name) {
    faults.error(
      "InvalidCandidate",
      path,
      "a policy cannot be a candidate for its own place",
      "name the policy that is enforced",
    );
  }
  return policyKey({ namespace: policy.namespace, name });
}

function compileSection(
  policy: APIPolicy | ClusterAPIPolicy,
  { at, tier, body, faulty }: Section,
  scope: MethodScope,
  replaces: string | undefined,
  providers: Providers,
  options: CompileOptions,
  faults: Faults,
): PolicyPlan {
  const errorsBefore = faults.errors;
  // Both sections of a cluster's policy may have a method of one name.
  const ownScope = tier === "own" ? scope : { ...scope, key: `${scope.key}.${tier}s` };
  const methods: MethodPlan[] = [];
  const claimHeaders = new Map<MethodPlan, readonly ClaimHeader[]>();
  for (const [index, method] of (body.authentication ?? []).entries()) {
    const compiled = compileMethod(method, `${at}.authentication[${index}]`, ownScope, providers, faults);
    if (compiled === undefined) continue;
    methods.push(compiled);
    if (method.claimsToHeaders !== undefined) claimHeaders.set(compiled, method.claimsToHeaders);
  }
  // A method that the parser dropped as faulty is not missing.
  const dropped = policy.faults.some(({ path }) => path.startsWith(`${at}.authentication`));
  const methodNames = dropped ? undefined : methods.map(({ name }) => name);

  const rules: Record<Effect, RulePlan[]> = { Allow: [], Deny: [], Audit: [] };
  const plan: PolicyPlan & { invalid: boolean; keepHeaders: readonly string[] } = {
    ...emptyPolicyPlan(policy, tier),
    mode: policy.spec.mode,
    replaces,
    peer: body.peer,
    methods,
    claimHeaders,
    anonymous: methods.find(({ kind }) => kind === "anonymous"),
    allow: rules.Allow,
    deny: rules.Deny,
    audit: rules.Audit,
    keepHeaders: body.request?.keepHeaders ?? [],
    unauthenticated: refusalForm(body.response?.unauthenticated, 401),
    unauthorized: refusalForm(body.response?.unauthorized, 403),
  };
  for (const [index, rule] of (body.rules ?? []).entries()) {
    const ruleAt = `${at}.rules[${index}]`;
    const before = faults.errors;
    if (methodNames !== undefined) checkMethodNames(rule, ruleAt, methodNames, faults);
    const compiled = compileRule(rule, ruleAt, plan, options, faults);
    if (faults.errors === before) rules[rule.effect].push(compiled);
  }
  plan.invalid = faulty || faults.errors > errorsBefore;
  if (plan.invalid) {
    // What is left of a faulty policy counts against callers, and never for them.
    rules.Allow.length = 0;
    rules.Audit.length = 0;
    plan.keepHeaders = [];
  }
  return plan;
}

/** A plan that denies everything, as an empty spec does. */
export function emptyPolicyPlan(
  { kind, namespace, name }: { readonly kind: PolicyPlan["kind"]; readonly namespace: string; readonly name: string },
  tier: Tier,
): PolicyPlan {
  return {
    key: policyKey({ namespace, name }),
    kind,
    namespace,
    name,
    tier,
    mode: "Enforce",
    replaces: undefined,
    peer: undefined,
    methods: [],
    claimHeaders: new Map(),
    anonymous: undefined,
    allow: [],
    deny: [],
    audit: [],
    keepHeaders: [],
    unauthenticated: undefined,
    unauthorized: undefined,
    invalid: false,
  };
}

/** Names of methods are local to the policy. */
function checkMethodNames(rule: Rule, at: string, known: readonly string[], faults: Faults): void {
  for (const [index, entry] of (rule.from ?? []).entries()) {
    for (const field of ["authentication", "notAuthentication"] as const) {
      for (const [position, name] of (entry[field] ?? []).entries()) {
        if (known.includes(name)) continue;
        faults.error(
          "UnknownMethod",
          `${at}.from[${index}].${field}[${position}]`,
          `\`${name}\` is no method of this policy`,
          known.length === 0
            ? "declare it under `authentication`"
            : `the policy declares ${known.map((method) => `\`${method}\``).join(", ")}`,
        );
      }
    }
  }
}

function refusalForm(response: DenialResponse | undefined, status: number): RefusalForm | undefined {
  if (response === undefined) return undefined;
  return {
    status: response.status ?? status,
    ...(response.body === undefined ? {} : { body: response.body }),
    headers: (response.headers ?? []).map(({ name, value }) => [name, value] as const),
  };
}
