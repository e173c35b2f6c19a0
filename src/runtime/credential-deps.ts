import type { Config } from "../config/config.ts";
import type { Clock } from "../identity/clock.ts";
import { createCredentialsDirectory } from "../identity/introspection/client-credentials.ts";
import { createFetcher } from "../identity/outbound/fetcher.ts";
import type { CredentialServiceDeps } from "../identity/ports.ts";

/** What verifying credentials needs of the world, as the installer configured it. */
export function credentialDeps({ introspectionCredentials }: Config, clock: Clock): CredentialServiceDeps {
  const fetcher = createFetcher();
  if (introspectionCredentials === undefined) return { clock, fetcher };
  const findCredentials = createCredentialsDirectory(introspectionCredentials);
  return { clock, fetcher, introspection: { poster: fetcher, findCredentials } };
}
