import { expect, it } from "vitest";
import type { Diagnostic } from "../../src/policy/model/diagnostic.ts";
import { PlanHolder } from "../../src/runtime/plan-holder.ts";
import { readinessOf } from "../../src/runtime/readiness.ts";
import { compileWorld } from "../policy/world.ts";

const policy = (spec: string): string => `
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec: ${spec}
`;

function checksOf(diagnostics: readonly Diagnostic[]): unknown {
  const holder = new PlanHolder();
  const inForce = holder.swap(compileWorld("").plan, diagnostics, 0);
  return readinessOf({ inForce, draining: false, staleFiles: [], providers: [], now: 5000 });
}

it("a faulty policy is told with whether its last good version is in force", () => {
  const good = compileWorld(policy("{ rules: [{ name: all, effect: Allow }] }"));
  const faulty = compileWorld(
    policy("{ rules: [{ name: all, effect: Allow, from: [{ authentication: [users] }] }] }"),
    {},
    good.lastGood,
  );
  expect(checksOf(faulty.diagnostics)).toEqual({
    ready: true,
    checks: [
      { name: "policies", state: "ok", message: "generation 1, 5 s old" },
      {
        name: "APIPolicy shop/orders",
        state: "warn",
        message: "spec.rules[0].from[0].authentication[0]: `users` is no method of this policy",
      },
      { name: "APIPolicy shop/orders", state: "warn", message: "the last good version of this policy stays in force" },
    ],
  });
});
