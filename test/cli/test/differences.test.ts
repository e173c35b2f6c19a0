import { describe, expect, test } from "vitest";
import { differencesOf } from "../../../src/cli/test/differences.ts";
import type { Expectation } from "../../../src/cli/test/suite.ts";
import { decideIn, type RequestParts } from "../../policy/world.ts";

const WORLD = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: https://corp.example, discovery: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: orders, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication:
    - name: users
      jwt: { providerRef: { name: corp }, audiences: [orders] }
      claimsToHeaders: [{ claim: sub, header: x-user }]
    - name: any
      anonymous: {}
  rules:
    - { name: read, effect: Allow, to: [{ paths: [/a] }] }
    - { name: watch, effect: Audit, to: [{ paths: [/a] }] }
    - { name: closed, effect: Deny, to: [{ paths: [/b] }] }
  response: { unauthorized: { status: 404, body: gone, headers: [{ name: x-why, value: no }] } }
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: next, namespace: shop }
spec: { mode: Shadow, peer: { mtls: Optional }, rules: [{ name: nobody, effect: Deny }] }
`;
const TOKEN: RequestParts = { path: "/a", headers: { authorization: "Bearer jwt:https://corp.example" } };

async function differences(expectation: Expectation, request: RequestParts): Promise<readonly string[]> {
  const decision = await decideIn(WORLD, request);
  return differencesOf(expectation, decision, await decision.shadows).map(
    ({ field, expected, actual }) => `${field}: ${expected} / ${actual}`,
  );
}

describe("a test passes", () => {
  test("where all that it asks of an allowed call is so, and no more is asked", async () => {
    const expectation: Expectation = {
      decision: "allow",
      reason: "allowed",
      policy: "shop/orders",
      rule: "read",
      status: 200,
      setHeaders: new Map([["x-user", "ada"]]),
      removeHeaders: ["authorization"],
      audits: ["watch"],
      shadows: new Map([["shop/next", { decision: "deny", reason: "denied_by_rule", rule: "nobody" }]]),
    };
    expect(await differences(expectation, TOKEN)).toEqual([]);
    expect(await differences({}, TOKEN)).toEqual([]);
  });

  test("where all that it asks of a refusal is so", async () => {
    const expectation: Expectation = {
      decision: "deny",
      rule: "closed",
      status: 404,
      headers: new Map([["x-why", "no"]]),
      body: "gone",
      audits: [],
    };
    expect(await differences(expectation, { path: "/b" })).toEqual([]);
  });
});

describe("a test fails", () => {
  test("with everything in which an allowed call differs", async () => {
    const expectation: Expectation = {
      decision: "deny",
      reason: "denied_by_rule",
      policy: "shop/other",
      rule: "closed",
      status: 403,
      setHeaders: new Map([["x-user", "bob"]]),
      removeHeaders: ["x-key"],
      headers: new Map([["x-why", "no"]]),
      body: "gone",
      audits: [],
      shadows: new Map([
        ["shop/next", { decision: "allow" }],
        ["shop/gone", {}],
      ]),
    };
    expect(await differences(expectation, TOKEN)).toEqual([
      "decision: deny / allow",
      "reason: denied_by_rule / allowed",
      "policy: shop/other / shop/orders",
      "rule: closed / read",
      "status: 403 / 200",
      "setHeaders.x-user: bob / ada",
      "removeHeaders: x-key / authorization, x-http-method, x-http-method-override, x-method-override, x-original-url, x-rewrite-url",
      "headers.x-why: no / none",
      "body: gone / none",
      "audits: none / watch",
      "shadows.shop/next.decision: allow / deny",
      "shadows: shop/gone / shop/next",
    ]);
  });

  test("where nothing decided, or nothing is set or removed", async () => {
    const expectation: Expectation = {
      rule: "read",
      setHeaders: new Map([["x-user", "ada"]]),
      removeHeaders: ["authorization"],
      audits: ["watch", "also"],
    };
    expect(await differences(expectation, { path: "/c" })).toEqual([
      "rule: read / none",
      "setHeaders.x-user: ada / none",
      "removeHeaders: authorization / none",
      "audits: also, watch / none",
    ]);
  });
});
