import type { RefreshEvent } from "../../src/identity/jwt/jwks-cache.ts";
import { createFetcher, type Fetcher } from "../../src/identity/outbound/fetcher.ts";
import { type CredentialService, type CredentialServiceOptions, createCredentialPorts } from "../../src/identity/ports.ts";
import type { ProviderPlan, Verification } from "../../src/policy/model/authentication.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** The service as the composition root makes it, on a clock that the test moves. */
export interface Bench {
  readonly clock: ManualClock;
  readonly ports: CredentialService;
  /** Every refresh that ended, in order. */
  readonly events: readonly RefreshEvent[];
  /** Waits until that many refreshes have ended since the start. */
  readonly refreshed: (count: number) => Promise<void>;
}

export function createBench(
  providers: readonly ProviderPlan[],
  options: CredentialServiceOptions & { readonly fetcher?: Fetcher } = {},
): Bench {
  const clock = createManualClock();
  const events: RefreshEvent[] = [];
  let wake = () => {};
  const report = (event: RefreshEvent) => {
    events.push(event);
    wake();
  };
  const { fetcher = createFetcher({ timeout: 2000 }), ...rest } = options;
  const ports = createCredentialPorts({ clock, fetcher, random: () => 0, report }, rest);
  ports.setProviders(providers);
  return {
    clock,
    ports,
    events,
    async refreshed(count) {
      while (events.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // The event is told from within the refresh; what follows it, the next one's schedule among it, is done a few turns later.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** `ok`, or the reason of a refusal. */
export async function outcome(verification: Verification | Promise<Verification>): Promise<string> {
  const settled = await verification;
  return settled.ok ? "ok" : settled.reason;
}
