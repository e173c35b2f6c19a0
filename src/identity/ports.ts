import type { CredentialPorts, ProviderPlan } from "../policy/model/authentication.ts";
import type { ApiKeyIndex } from "./api-key/key-index.ts";
import type { ProviderStatus } from "./jwt/jwks-cache.ts";

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
