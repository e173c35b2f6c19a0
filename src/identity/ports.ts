import type { CredentialPorts, ProviderPlan, Verification } from "../policy/model/authentication.ts";
import { type AskOnce, createAskOnce } from "./answers/ask-once.ts";
import { type ApiKeyIndex, createApiKeyIndex } from "./api-key/key-index.ts";
import { verifyApiKey } from "./api-key/verify.ts";
import type { Clock } from "./clock.ts";
import type { FindCredentials } from "./introspection/client-credentials.ts";
import { createEndpointFinder } from "./introspection/endpoint.ts";
import { createIntrospectionVerifier, type IntrospectionVerifier } from "./introspection/verify.ts";
import type { ProviderStatus, RefreshEvent } from "./jwt/jwks-cache.ts";
import { createProviderKeys } from "./jwt/provider-keys.ts";
import { createJwtVerifier } from "./jwt/verify.ts";
import type { TokenReviewer } from "./kubernetes/token-reviewer.ts";
import { createKubernetesTokenVerifier } from "./kubernetes/verify.ts";
import { createCertificateVerifier } from "./mtls/verify-certificate.ts";
import type { Fetcher, FormPoster } from "./outbound/fetcher.ts";

/** What the composition root holds: the ports that deciding needs, and the handles that a new plan turns. */
export interface CredentialService extends CredentialPorts {
  /** Swaps the API keys in by one reference. */
  setApiKeys(index: ApiKeyIndex): void;
  /**
   * Starts keeping the keys of providers that are new, ends it for those that are gone, and keeps what is known of the rest. Call it
   * before the plan that uses the providers is swapped in. A closed provider still verifies for plans in flight.
   */
  setProviders(providers: readonly ProviderPlan[]): void;
  /** One entry a provider, for metrics and readiness. */
  status(): readonly ProviderStatus[];
  /** Ends every refresh and closes connections. */
  close(): Promise<void>;
}

export interface CredentialServiceDeps {
  readonly clock: Clock;
  /** Closed with the service. */
  readonly fetcher: Fetcher;
  /** Absent where the installer configured no client credentials, so that no provider can be asked about a token. */
  readonly introspection?: { readonly poster: FormPoster; readonly findCredentials: FindCredentials };
  /** Absent where there is no cluster. */
  readonly tokenReviewer?: TokenReviewer;
  /** Told of each refresh of a provider's keys, once it has ended. */
  readonly report?: (event: RefreshEvent) => void;
  /** A number in [0, 1), to spread the refreshes of many replicas. */
  readonly random?: () => number;
}

export interface CredentialServiceOptions {
  /** How many verified tokens are remembered; each takes some 2 KiB. */
  readonly maxTokens?: number;
  /** Seconds for which a verified token is remembered, if it does not expire sooner. */
  readonly maxTokenLife?: number;
}

const DEFAULT_MAX_TOKENS = 20_000;
const DEFAULT_MAX_TOKEN_LIFE = 600;

/**
 * Makes the service that turns credentials into identities. Nothing it answers throws or rejects: a fault of our own is the reason
 * `internal`.
 */
export function createCredentialPorts(
  { clock, fetcher, introspection, tokenReviewer, report = () => {}, random = Math.random }: CredentialServiceDeps,
  { maxTokens = DEFAULT_MAX_TOKENS, maxTokenLife = DEFAULT_MAX_TOKEN_LIFE }: CredentialServiceOptions = {},
): CredentialService {
  const keys = createProviderKeys({ clock, fetcher, random, report });
  const verifier = createJwtVerifier({ clock, keys }, { maxTokens, maxTokenLife });
  const askOnce = createAskOnce(clock, { maxAnswers: maxTokens });
  const verifyIntrospection = introspectionVerifier(clock, fetcher, introspection, askOnce);
  const verifyKubernetesToken = createKubernetesTokenVerifier({ clock, jwt: verifier, askOnce, reviewer: tokenReviewer });
  const verifyCertificate = createCertificateVerifier(clock);
  let apiKeys = createApiKeyIndex([]);

  return {
    issuerOf: (credential) => verifier.issuerOf(credential),
    verifyJwt: (method, token) => guard(() => verifier.verifyJwt(method, token)),
    verifyIntrospection: (method, token) => guard(() => verifyIntrospection(method, token)),
    verifyKubernetesToken: (method, token) => guard(() => verifyKubernetesToken(method, token)),
    verifyCertificate(method, request) {
      try {
        return verifyCertificate(method, request);
      } catch (error) {
        return internal(error);
      }
    },
    verifyApiKey: (method, key) => verifyApiKey(apiKeys, method, key),
    setApiKeys(index) {
      apiKeys = index;
    },
    setProviders: (providers) => keys.set(providers.filter((provider) => provider.keys.from !== "none")),
    status: () => keys.status(),
    async close() {
      keys.close();
      await fetcher.close();
    },
  };
}

function introspectionVerifier(
  clock: Clock,
  fetcher: Fetcher,
  configured: CredentialServiceDeps["introspection"],
  askOnce: AskOnce,
): IntrospectionVerifier {
  if (configured === undefined)
    return () => ({ ok: false, reason: "unresolved_ref", detail: "no client credentials are configured for introspection" });
  return createIntrospectionVerifier({ clock, askOnce, findEndpoint: createEndpointFinder(clock, fetcher), ...configured });
}

function guard(verify: () => Verification | Promise<Verification>): Verification | Promise<Verification> {
  try {
    const answer = verify();
    return answer instanceof Promise ? answer.catch(internal) : answer;
  } catch (error) {
    return internal(error);
  }
}

/** The name of the error is enough to look for it; its message might quote the token. */
function internal(error: unknown): Verification {
  return { ok: false, reason: "internal", detail: error instanceof Error ? error.name : "an error that is none" };
}
