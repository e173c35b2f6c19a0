import type { Suite, SuiteApiKey, SuiteCredential, SuiteToken } from "../cli/test/suite.ts";
import type { ApiKeyEntry } from "../identity/api-key/key-index.ts";
import { createApiKeyIndex } from "../identity/api-key/key-index.ts";
import { checkClaims } from "../identity/jwt/claims.ts";
import { type JsonObject, parseStrictObject } from "../identity/jwt/strict-json.ts";
import { type CredentialService, createCredentialPorts } from "../identity/ports.ts";
import type { CredentialPorts, JwtMethod, ProviderPlan, Verification } from "../policy/model/authentication.ts";

/** Seconds for which a suite's token lives, if its claims do not say. */
const TOKEN_LIFE = 300;
const SIGNATURE = Buffer.from("signed by a suite of tests").toString("base64url");

export interface SuiteCredentials {
  readonly ports: CredentialPorts;
  /** The text that a request carries for a credential of the suite. */
  textOf(credential: SuiteCredential): string;
  close(): Promise<void>;
}

/**
 * Verifies the credentials of a suite without a signature: whoever wrote the suite says who vouched. All else is as in production: whose
 * the credential is, audience, times, required claims, labels and namespace of an API key. A credential that a request carries by itself
 * is verified for real, by keys that the manifests hold; no key is fetched.
 */
export function createSuiteCredentials(
  { now, tests }: Suite,
  providers: readonly ProviderPlan[],
  apiKeys: readonly ApiKeyEntry[],
): SuiteCredentials {
  const clock = { now: () => now, schedule: () => () => {} };
  const fetcher = {
    fetchText: async () => ({ ok: false as const, error: "a suite of tests fetches no keys" }),
    close: async () => {},
  };
  const real: CredentialService = createCredentialPorts({ clock, fetcher, random: () => 0 });
  const index = createApiKeyIndex(apiKeys);
  real.setProviders(providers);
  real.setApiKeys(index);

  const texts = new Map<SuiteCredential, string>();
  const tokens = new Map<string, SuiteToken>();
  const keys = new Map<string, SuiteApiKey>();
  for (const credential of new Set(tests.flatMap(({ credentials }) => credentials))) {
    const text = credential.kind === "jwt" ? tokenText(credential) : `suite-key-of-${credential.identity}`;
    texts.set(credential, text);
    if (credential.kind === "jwt") tokens.set(text, credential);
    else keys.set(text, credential);
  }
  const issuerOf = ({ provider, claims }: SuiteToken): string | undefined => {
    const written = claims["iss"];
    return typeof written === "string" ? written : providers.find(({ name }) => name === provider)?.issuer;
  };

  return {
    ports: {
      ...real,
      issuerOf(text) {
        const token = tokens.get(text);
        return token === undefined ? real.issuerOf(text) : issuerOf(token);
      },
      verifyJwt(method, text) {
        const token = tokens.get(text);
        return token === undefined ? real.verifyJwt(method, text) : verifyToken(method, token, now);
      },
      verifyApiKey(method, text) {
        const key = keys.get(text);
        if (key === undefined) return real.verifyApiKey(method, text);
        if (key.refused !== undefined) return refuse(key);
        const digest = apiKeys.find(({ namespace, name }) => `${namespace}/${name}` === key.secret)?.digest ?? "";
        const identity = index.find(method.namespace, digest, method.matchLabels);
        if (identity === undefined)
          return { ok: false, reason: "api_key_unknown", detail: "the method does not select the Secret" };
        return { ok: true, identity: key.scopes === undefined ? identity : { ...identity, scopes: key.scopes } };
      },
    },
    textOf: (credential) => texts.get(credential) ?? "",
    close: () => real.close(),
  };
}

function verifyToken(method: JwtMethod, token: SuiteToken, now: number): Verification {
  if (token.refused !== undefined) return refuse(token);
  if (method.provider.name !== token.provider) {
    return {
      ok: false,
      reason: "token_signature_invalid",
      detail: `\`${token.provider}\` signed it, and not the method's provider`,
    };
  }
  const claims = claimsOf(token, method, now);
  return typeof claims === "string" ? { ok: false, reason: "token_malformed", detail: claims } : checkClaims(method, claims, now);
}

function refuse({ refused = "internal" }: SuiteCredential): Verification {
  return { ok: false, reason: refused, detail: "the suite says so" };
}

/** What the suite leaves out is filled in so that the method accepts it; what it sets to null is not there. */
function claimsOf({ claims }: SuiteToken, method: JwtMethod, now: number): JsonObject | string {
  const seconds = Math.floor(now / 1000);
  const filled = { iss: method.provider.issuer, aud: method.audiences[0], iat: seconds, exp: seconds + TOKEN_LIFE, ...claims };
  return parseStrictObject(JSON.stringify(Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== null))));
}

/** In the form of a token (RFC 7515 §7.1), since conditions may look at it, and different for each identity. */
function tokenText({ identity, claims }: SuiteToken): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", kid: identity })}.${part(claims)}.${SIGNATURE}`;
}
