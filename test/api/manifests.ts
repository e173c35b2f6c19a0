import { parse } from "yaml";
import type { APIPolicy } from "../../src/api/api-policy.ts";
import type { ParseOutcome } from "../../src/api/parse-outcome.ts";
import { parseResource } from "../../src/api/parse-resource.ts";
import type { Diagnostic } from "../../src/policy/model/diagnostic.ts";

/** A digest that is easy to foresee. */
export const digest = (key: string): string => `digest of ${key.length} characters`;

export function parseYaml(manifest: string): ParseOutcome {
  return parseResource(parse(manifest), { digest });
}

/** The policy `shop/orders` with a spec given as YAML. */
export function parseSpec(spec: string): { readonly policy: APIPolicy; readonly diagnostics: readonly Diagnostic[] } {
  const manifest = {
    apiVersion: "sallyport.dev/v1alpha1",
    kind: "APIPolicy",
    metadata: { name: "orders", namespace: "shop" },
    spec: parse(spec) as unknown,
  };
  const outcome = parseResource(manifest, { digest });
  if (outcome.outcome !== "resource" || outcome.resource.kind !== "APIPolicy")
    throw new Error(`not a policy: ${JSON.stringify(outcome)}`);
  return { policy: outcome.resource, diagnostics: outcome.diagnostics };
}

const ORDERS = { kind: "APIPolicy", namespace: "shop", name: "orders" } as const;

/** An error in the policy `shop/orders`. */
export function fault(code: string, path: string, message: string, help?: string): Diagnostic {
  return { code, severity: "error", object: ORDERS, path, message, ...(help === undefined ? {} : { help }) };
}
