import { describe, expect, it } from "vitest";
import { type DecisionPorts, decide } from "../../../src/policy/decide/decide.ts";
import { explain } from "../../../src/policy/decide/explain.ts";
import type { Verification } from "../../../src/policy/model/authentication.ts";
import { compileWorld, mkIdentity, mkPorts, mkRequest, type RequestParts, verdictIn } from "../world.ts";

const CORP = "https://corp.example";
const providers = `
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: corp, namespace: shop }
spec: { issuer: "${CORP}" }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: opaque, namespace: shop }
spec: { issuer: "https://opaque.example", introspection: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: second, namespace: shop }
spec: { issuer: "https://second.example", introspection: {} }
---
apiVersion: sallyport.dev/v1alpha1
kind: IdentityProvider
metadata: { name: cluster, namespace: shop }
spec: { issuer: "https://kubernetes.example" }
`;

const METHODS = {
  users: "{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] } }",
  missing: "{ name: missing, jwt: { providerRef: { name: gone }, audiences: [orders] } }",
  opaque: "{ name: opaque, introspection: { providerRef: { name: opaque } } }",
  second: "{ name: second, introspection: { providerRef: { name: second } } }",
  lost: "{ name: lost, introspection: { providerRef: { name: gone } } }",
  keyless: "{ name: keyless, introspection: { providerRef: { name: corp } } }",
  pods: "{ name: pods, kubernetesToken: { providerRef: { name: cluster }, audiences: [orders] } }",
  keys: "{ name: keys, apiKey: { selector: { matchLabels: { a: b } }, from: [{ header: authorization, prefix: Bearer }] } }",
  certs: "{ name: certs, clientCertificate: {} }",
  anyone: "{ name: anyone, anonymous: {} }",
} as const;

const policy = (name: string, methods: readonly (keyof typeof METHODS)[], rules = "[{ name: all, effect: Allow }]"): string => `
---
apiVersion: sallyport.dev/v1alpha1
kind: APIPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  peer: { mtls: Optional }
  authentication: [${methods.map((method) => METHODS[method]).join(", ")}]
  rules: ${rules}
`;

const world = (...methods: readonly (keyof typeof METHODS)[]): string => providers + policy("orders", methods);
const bearer = (text: string): RequestParts => ({ headers: { authorization: `Bearer ${text}` } });

/** Ports that tell which methods were asked to verify. */
function watched(answers: Readonly<Record<string, Verification>> = {}): { ports: DecisionPorts; asked: string[] } {
  const asked: string[] = [];
  const { credentials, peer } = mkPorts({ refuse: answers });
  const note = <Method extends { readonly name: string }, Rest extends readonly unknown[], Result>(
    verify: (method: Method, ...rest: Rest) => Result,
  ) => {
    return (method: Method, ...rest: Rest): Result => {
      asked.push(method.name);
      return verify(method, ...rest);
    };
  };
  return {
    asked,
    ports: {
      peer,
      credentials: {
        issuerOf: credentials.issuerOf,
        verifyJwt: note(credentials.verifyJwt),
        verifyApiKey: note(credentials.verifyApiKey),
        verifyIntrospection: note(credentials.verifyIntrospection),
        verifyKubernetesToken: note(credentials.verifyKubernetesToken),
        verifyCertificate: note(credentials.verifyCertificate),
      },
    },
  };
}

async function owners(yaml: string, parts: RequestParts, answers: Readonly<Record<string, Verification>> = {}): Promise<string> {
  const { ports, asked } = watched(answers);
  const { reason } = await decide(compileWorld(yaml).plan, mkRequest(parts), ports);
  return `${asked.join(" ") || "nobody"}: ${reason}`;
}

describe("introspection owns", () => {
  it("what no other method of the target owns", async () => {
    const yaml = world("users", "pods", "opaque");
    expect(await owners(yaml, bearer("opaque-token"))).toBe("opaque: allowed");
    expect(await owners(yaml, bearer(`jwt:${CORP}`))).toBe("users: allowed");
    expect(await owners(yaml, bearer("jwt:https://kubernetes.example"))).toBe("pods: allowed");
  });

  it("a JWT of its own provider's issuer", async () => {
    expect(await owners(world("opaque"), bearer("jwt:https://opaque.example"))).toBe("opaque: allowed");
  });

  it("no token of another issuer: nobody's token is given to a third party (B100)", async () => {
    for (const token of ["jwt:https://kubernetes.default.svc", `jwt:${CORP}`, "jwt:https://opaque.example/"]) {
      expect(await owners(world("opaque"), bearer(token))).toBe("nobody: credential_unrecognized");
    }
  });

  it("no JWT that may be of a provider that is missing", async () => {
    expect(await owners(world("missing", "opaque"), bearer("jwt:https://opaque.example"))).toBe("nobody: unresolved_ref");
    expect(await owners(world("missing", "opaque"), bearer("opaque-token"))).toBe("opaque: allowed");
  });

  it("no API key that is known, and what is none", async () => {
    const yaml = world("keys", "opaque");
    expect(await owners(yaml, bearer("key:acme"))).toBe("keys: allowed");
    expect(await owners(yaml, bearer("opaque-token"))).toBe("keys opaque: allowed");
  });

  it("nothing where its provider is missing or cannot be asked, and then everything is 503", async () => {
    for (const method of ["lost", "keyless"] as const) {
      expect(await owners(world(method), bearer("opaque-token"))).toBe("nobody: unresolved_ref");
      expect(await owners(world(method, "anyone"), {})).toBe("nobody: allowed");
    }
  });

  it("what it refuses for good: no fall to anonymous", async () => {
    const answers: Record<string, Verification> = {
      "shop/orders#opaque": { ok: false, reason: "token_inactive", detail: "" },
    };
    expect(await owners(world("opaque", "anyone"), bearer("opaque-token"), answers)).toBe("opaque: token_inactive");
  });
});

describe("what a provider says of a token", () => {
  const rules = `[{ name: admins, effect: Allow, from: [{ subjects: [admin] }] }]`;
  const identity = (provider: string, subject: string): Verification => ({
    ok: true,
    identity: mkIdentity({ kind: "introspection", provider, subject }),
  });
  const yaml =
    providers +
    policy("a", ["opaque"], `[{ name: never, effect: Allow, to: [{ paths: [/never] }] }]`) +
    policy("b", ["second"], rules);

  it("is heard only by policies that asked it", async () => {
    const answers = { "shop/a#opaque": identity("shop/opaque", "admin"), "shop/b#second": identity("shop/second", "ada") };
    expect(await verdictIn(yaml, bearer("t"), { refuse: answers })).toBe("no_rule_matched");
    const swapped = { "shop/a#opaque": identity("shop/opaque", "ada"), "shop/b#second": identity("shop/second", "admin") };
    expect(await verdictIn(yaml, bearer("t"), { refuse: swapped })).toBe("allowed shop/b/admins");
  });

  it("is heard by every Deny", async () => {
    const answers = { "shop/a#opaque": identity("shop/opaque", "eve"), "shop/b#second": identity("shop/second", "admin") };
    const ban = `[{ name: eve, effect: Deny, from: [{ subjects: [eve] }] }]`;
    expect(await verdictIn(yaml + policy("c", [], ban), bearer("t"), { refuse: answers })).toBe("denied_by_rule shop/c/eve");
  });
});

describe("a client certificate", () => {
  const shown: RequestParts = { certificate: "pem", extensions: { "sallyport.peer": "certificate" } };

  it("is a credential wherever the configuration says that one is forwarded", async () => {
    expect(await owners(world("certs"), shown)).toBe("certs: allowed");
    const xfcc = { headers: { "x-forwarded-client-cert": "Hash=00" }, extensions: { "sallyport.peer": "xfcc" } };
    expect(await owners(world("certs"), xfcc)).toBe("certs: allowed");
  });

  it("is not there where the configuration does not say so, whatever a header holds", async () => {
    for (const source of ["principal", "", "xfcc"]) {
      expect(await owners(world("certs"), { ...shown, extensions: { "sallyport.peer": source } })).toBe(
        "nobody: unauthenticated",
      );
    }
    const forged = { headers: { "x-forwarded-client-cert": "Hash=00" }, extensions: { "sallyport.peer": "certificate" } };
    expect(await owners(world("certs"), forged)).toBe("nobody: unauthenticated");
  });

  it("that is refused refuses the request, even if another credential is good", async () => {
    const answers: Record<string, Verification> = {
      "shop/orders#certs": { ok: false, reason: "certificate_invalid", detail: "it has expired" },
    };
    expect(await owners(world("users", "certs", "anyone"), { ...bearer(`jwt:${CORP}`), ...shown }, answers)).toBe(
      "users certs: certificate_invalid",
    );
    expect(await owners(world("certs", "anyone"), shown, answers)).toBe("certs: certificate_invalid");
    expect(await owners(world("certs", "anyone"), {}, answers)).toBe("nobody: allowed");
  });

  it("stands beside a token: each gives an identity of its own", async () => {
    const { ports } = watched();
    const decision = await decide(
      compileWorld(world("users", "certs")).plan,
      mkRequest({ ...bearer(`jwt:${CORP}`), ...shown }),
      ports,
    );
    expect(decision.credentials.map(({ identity, methods }) => [identity.kind, ...methods.map(({ name }) => name)])).toEqual([
      ["jwt", "users"],
      ["clientCertificate", "certs"],
    ]);
  });
});

it("explain tells of each method what became of it, and shows no credential", async () => {
  const yaml = world("users", "opaque", "certs");
  const answers: Record<string, Verification> = {
    "shop/orders#opaque": { ok: false, reason: "token_inactive", detail: "the provider says that the token is not active" },
  };
  const { ports } = watched(answers);
  const report = await explain(compileWorld(yaml).plan, mkRequest(bearer("opaque-secret")), ports);
  expect(report.trace.policies[0]?.credentials).toEqual([
    { method: "shop/orders#users", location: "header authorization", outcome: "not owned", detail: "" },
    { method: "shop/orders#certs", location: "client certificate", outcome: "absent", detail: "" },
    {
      method: "shop/orders#opaque",
      location: "header authorization",
      outcome: "refused",
      reason: "token_inactive",
      detail: "the provider says that the token is not active",
    },
  ]);
  expect(JSON.stringify(report)).not.toContain("opaque-secret");
});

it("a token that is asked for is answered with the challenge that RFC 6750 wants", async () => {
  for (const method of ["opaque", "pods"] as const) {
    const { answer } = await decide(compileWorld(world(method)).plan, mkRequest(), watched().ports);
    expect(answer.kind === "deny" && Object.fromEntries(answer.headers)["www-authenticate"]).toBe("Bearer");
  }
});
