import type { CredentialPorts, ProviderPlan, Verification } from "../policy/model/authentication.ts";
import { type ApiKeyIndex, createApiKeyIndex } from "./api-key/key-index.ts";
import { verifyApiKey } from "./api-key/verify.ts";
import type { Clock } from "./clock.ts";
import type { ProviderStatus, RefreshEvent } from "./jwt/jwks-cache.ts";
import { createProviderKeys } from "./jwt/provider-keys.ts";
import { createJwtVerifier } from "./jwt/verify.ts";
import type { Fetcher } from "./outbound/fetcher.ts";

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
  { clock, fetcher, report = () => {}, random = Math.random }: CredentialServiceDeps,
  { maxTokens = DEFAULT_MAX_TOKENS, maxTokenLife = DEFAULT_MAX_TOKEN_LIFE }: CredentialServiceOptions = {},
): CredentialService {
  const keys = createProviderKeys({ clock, fetcher, random, report });
  const verifier = createJwtVerifier({ clock, keys }, { maxTokens, maxTokenLife });
  let apiKeys = createApiKeyIndex([]);

  return {
    issuerOf: (credential) => verifier.issuerOf(credential),
    verifyJwt(method, token) {
      try {
        const answer = verifier.verifyJwt(method, token);
        return answer instanceof Promise ? answer.catch(internal) : answer;
      } catch (error) {
        return internal(error);
      }
    },
    verifyApiKey: (method, key) => verifyApiKey(apiKeys, method, key),
    setApiKeys(index) {
      apiKeys = index;
    },
    setProviders: (providers) => keys.set(providers),
    status: () => keys.status(),
    async close() {
      keys.close();
      await fetcher.close();
    },
  };
}

/** The name of the error is enough to look for it; its message might quote the token. */
function internal(error: unknown): Verification {
  return { ok: false, reason: "internal", detail: error instanceof Error ? error.name : "an error that is none" };
}
