import { digestApiKey } from "../../../src/identity/api-key/digest.ts";
import { createApiKeyIndex } from "../../../src/identity/api-key/key-index.ts";
import { verifyApiKey } from "../../../src/identity/api-key/verify.ts";
import { checkClaims } from "../../../src/identity/jwt/claims.ts";
import { parseStrictObject } from "../../../src/identity/jwt/strict-json.ts";
import { createPeerReader } from "../../../src/identity/mtls/peer-reader.ts";
import { type DecisionPorts, decide } from "../../../src/policy/decide/decide.ts";
import type { JwtMethod, Verification } from "../../../src/policy/model/authentication.ts";
import type { Decision } from "../../../src/policy/model/decision.ts";
import type { Plan } from "../../../src/policy/model/plan.ts";
import { compileWorld, mkRequest } from "../world.ts";
import { type Call, type Key, type Manifest, NOW, type Outcome, type Token, type World } from "./world.ts";

/** The engine on a world: the policies are compiled once, the tokens are words that the ports know. */
export function createEngine(
  world: World,
  tokens: ReadonlyMap<string, Token>,
  keys: ReadonlyMap<string, Key>,
): (call: Call) => Promise<Outcome> {
  const plan = planOf(world);
  const ports = portsOf(tokens, keys);
  return async (call) => observe(await decide(plan, mkRequest({ ...call, path: asBytes(call.path ?? "/") }), ports));
}

function planOf({ manifests, earlier, defaultAction, trustedHops }: World): Plan {
  const options = { defaultAction, trustedHops };
  const lastGood = earlier.length === 0 ? undefined : compileWorld(asText(earlier), options).lastGood;
  return compileWorld(asText(manifests), options, lastGood).plan;
}

/** A request's path is a byte string, one character a byte. */
function asBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function asText(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => JSON.stringify(manifest)).join("\n---\n");
}

function portsOf(tokens: ReadonlyMap<string, Token>, keys: ReadonlyMap<string, Key>): DecisionPorts {
  const index = createApiKeyIndex(
    [...keys].map(([text, { labels, ...key }]) => ({
      ...key,
      labels: new Map(Object.entries(labels)),
      digest: digestApiKey(text),
    })),
  );
  return {
    credentials: {
      issuerOf: (text) => {
        const issuer = tokens.get(text)?.claims["iss"];
        return typeof issuer === "string" ? issuer : undefined;
      },
      verifyJwt: (method, text) => {
        const token = tokens.get(text);
        if (token === undefined) throw new TypeError("no such token");
        const verification = verify(method, token);
        return token.slow === true ? Promise.resolve(verification) : verification;
      },
      verifyApiKey: (method, key) => verifyApiKey(index, method, key),
      verifyIntrospection: notInThisWorld,
      verifyKubernetesToken: notInThisWorld,
      verifyCertificate: notInThisWorld,
    },
    peer: createPeerReader({ clock: { now: () => NOW * 1000 } }),
  };
}

function notInThisWorld(): never {
  throw new TypeError("no policy of these worlds has such a method");
}

function verify(method: JwtMethod, token: Token): Verification {
  if (token.provider === "down") return { ok: false, reason: "identity_provider_unavailable", detail: "" };
  if (token.signature === "bad") return { ok: false, reason: "token_signature_invalid", detail: "" };
  return checkClaims(method, claimsOf(token), NOW * 1000);
}

function claimsOf(token: Token): Exclude<ReturnType<typeof parseStrictObject>, string> {
  const claims = parseStrictObject(JSON.stringify(token.claims));
  if (typeof claims === "string") throw new TypeError(claims);
  return claims;
}

async function observe({ reason, policy, rule, answer, audits, shadows }: Decision): Promise<Outcome> {
  const allow = answer.kind === "allow" ? answer : undefined;
  const deny = answer.kind === "deny" ? answer : undefined;
  const line = ([name, value]: readonly [string, string]): string => `${name}: ${value}`;
  const isOurs = deny?.headers.some(([name, value]) => name === "content-type" && value === "application/json") === true;
  return {
    reason,
    policy: policy?.key ?? "",
    rule: rule?.name ?? "",
    status: deny?.status ?? 200,
    headers: (deny?.headers ?? []).map(line).toSorted(),
    body: isOurs ? "" : (deny?.body ?? ""),
    sets: (allow?.setHeaders ?? []).map(line).toSorted(),
    removes: (allow?.removeHeaders ?? []).toSorted(),
    removesQuery: (allow?.removeQueryParameters ?? []).toSorted(),
    audits: audits.map((each) => `${each.policy.key} ${each.name}`).toSorted(),
    shadows: (await shadows).map((each) => `${each.policy} ${each.verdict} ${each.reason} ${each.rule ?? ""}`).toSorted(),
  };
}
