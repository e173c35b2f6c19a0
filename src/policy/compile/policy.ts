import type { APIPolicy, DenialResponse, Rule } from "../../api/api-policy.ts";
import type { MethodPlan } from "../model/authentication.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ClaimHeader, Effect, PolicyPlan, RefusalForm, RulePlan } from "../model/plan.ts";
import { Faults } from "./faults.ts";
import { compileMethod } from "./method.ts";
import type { Providers } from "./provider.ts";
import { compileRule } from "./rule.ts";
import type { CompileOptions } from "./snapshot.ts";

export interface CompiledPolicy {
  readonly plan: PolicyPlan;
  /** What compiling found; the parser's own findings are in `policy.faults`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** One policy. A faulty one still gives a plan: invalid, with those of its Deny rules that compile. */
export function compilePolicy(policy: APIPolicy, providers: Providers, options: CompileOptions): CompiledPolicy {
  const { spec } = policy;
  const faults = new Faults(policy);
  const methods: MethodPlan[] = [];
  const claimHeaders = new Map<MethodPlan, readonly ClaimHeader[]>();
  for (const [index, method] of (spec.authentication ?? []).entries()) {
    const plan = compileMethod(method, `spec.authentication[${index}]`, policy, providers, faults);
    if (plan === undefined) continue;
    methods.push(plan);
    if (method.claimsToHeaders !== undefined) claimHeaders.set(plan, method.claimsToHeaders);
  }
  // A method that the parser dropped as faulty is not missing.
  const methodNames = policy.faults.some(({ path }) => path.startsWith("spec.authentication"))
    ? undefined
    : methods.map(({ name }) => name);

  const rules: Record<Effect, RulePlan[]> = { Allow: [], Deny: [], Audit: [] };
  const plan: PolicyPlan & { invalid: boolean } = {
    key: `${policy.namespace}/${policy.name}`,
    kind: policy.kind,
    namespace: policy.namespace,
    name: policy.name,
    mode: spec.mode,
    peer: spec.peer,
    methods,
    claimHeaders,
    anonymous: methods.find(({ kind }) => kind === "anonymous"),
    allow: rules.Allow,
    deny: rules.Deny,
    audit: rules.Audit,
    keepHeaders: spec.request?.keepHeaders ?? [],
    unauthenticated: refusalForm(spec.response?.unauthenticated, 401),
    unauthorized: refusalForm(spec.response?.unauthorized, 403),
    invalid: false,
  };
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    const own = new Faults(policy);
    const at = `spec.rules[${index}]`;
    if (methodNames !== undefined) checkMethodNames(rule, at, methodNames, own);
    const compiled = compileRule(rule, at, plan, options, own);
    faults.diagnostics.push(...own.diagnostics);
    if (!own.hasErrors) rules[rule.effect].push(compiled);
  }
  plan.invalid = faults.hasErrors || policy.faults.length > 0;
  return { plan, diagnostics: faults.diagnostics };
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
            ? "declare it under `spec.authentication`"
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
