import type { Suite, SuiteApiKey, SuiteCredential, SuiteToken } from "../cli/test/suite.ts";
import { type ApiKeyEntry, createApiKeyIndex } from "../identity/api-key/key-index.ts";
import { createKubernetesTokenVerifier } from "../identity/kubernetes/verify.ts";
import { createCredentialPorts } from "../identity/ports.ts";
import type { ApiKeyMethod, CredentialPorts, JwtMethod, ProviderPlan, Verification } from "../policy/model/authentication.ts";
import { subjectOf, tokenText, verifyAsked, verifySigned } from "./suite-token.ts";

export interface SuiteCredentials {
  readonly ports: CredentialPorts;
  /** The text that a request carries for a credential of the suite. */
  textOf(credential: SuiteCredential): string;
  close(): Promise<void>;
}

/**
 * Verifies the credentials of a suite without a signature: whoever wrote the suite says who vouched. All else is as in production: whose
 * the credential is, audience, times, required claims, labels and namespace of an API key. A credential that a request carries by itself
 * is verified for real, by keys that the manifests hold; nobody outside is asked.
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
  const real = createCredentialPorts({ clock, fetcher, random: () => 0 });
  const index = createApiKeyIndex(apiKeys);
  real.setProviders(providers);
  real.setApiKeys(index);

  const texts = new Map<SuiteCredential, string>();
  const tokens = new Map<string, SuiteToken>();
  const keys = new Map<string, SuiteApiKey>();
  for (const credential of new Set(tests.flatMap(({ credentials }) => credentials))) {
    const text = credential.kind === "apiKey" ? `suite-key-of-${credential.identity}` : tokenText(credential);
    texts.set(credential, text);
    if (credential.kind === "apiKey") keys.set(text, credential);
    else tokens.set(text, credential);
  }

  const issuerOf = ({ kind, provider, claims }: SuiteToken): string | undefined => {
    if (kind === "introspection") return undefined;
    const { iss } = claims as { readonly iss?: unknown };
    return typeof iss === "string" ? iss : providers.find(({ name }) => name === provider)?.issuer;
  };
  const verifyJwt = (method: JwtMethod, text: string): Verification | Promise<Verification> => {
    const token = tokens.get(text);
    return token === undefined ? real.verifyJwt(method, text) : verifySigned(method, token, now);
  };
  const verifyKey = (method: ApiKeyMethod, key: SuiteApiKey): Verification => {
    if (key.refused !== undefined) return { ok: false, reason: key.refused, detail: "the suite says so" };
    const digest = apiKeys.find(({ namespace, name }) => `${namespace}/${name}` === key.secret)?.digest ?? "";
    const identity = index.find(method.namespace, digest, method.matchLabels);
    if (identity === undefined) return { ok: false, reason: "api_key_unknown", detail: "the method does not select the Secret" };
    return { ok: true, identity: key.scopes === undefined ? identity : { ...identity, scopes: key.scopes } };
  };
  // The cluster still knows the account of every token of the suite.
  const kubernetes = createKubernetesTokenVerifier({
    clock,
    jwt: { verifyJwt },
    askOnce: ({ ask }) => ask().then(({ verification }) => verification),
    reviewer: {
      review: async (text, audiences) => {
        const token = tokens.get(text);
        return { authenticated: token !== undefined, username: token === undefined ? "" : subjectOf(token), audiences };
      },
    },
  });

  return {
    ports: {
      ...real,
      issuerOf(text) {
        const token = tokens.get(text);
        return token === undefined ? real.issuerOf(text) : issuerOf(token);
      },
      verifyJwt,
      verifyApiKey(method, text) {
        const key = keys.get(text);
        return key === undefined ? real.verifyApiKey(method, text) : verifyKey(method, key);
      },
      verifyIntrospection(method, text) {
        const token = tokens.get(text);
        return token === undefined ? real.verifyIntrospection(method, text) : verifyAsked(method, token, now);
      },
      verifyKubernetesToken: (method, text) =>
        tokens.has(text) ? kubernetes(method, text) : real.verifyKubernetesToken(method, text),
    },
    textOf: (credential) => texts.get(credential) ?? "",
    close: () => real.close(),
  };
}
