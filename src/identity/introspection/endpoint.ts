import type { ProviderPlan } from "../../policy/model/authentication.ts";
import type { Clock } from "../clock.ts";
import type { Fetcher } from "../outbound/fetcher.ts";

const WELL_KNOWN = "/.well-known/openid-configuration";

type Endpoint = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly error: string };

/** Where a provider answers questions about tokens. Never rejects. */
export type FindEndpoint = (provider: ProviderPlan) => Endpoint | Promise<Endpoint>;

interface Discovered {
  readonly endpoint: Promise<Endpoint>;
  /** Milliseconds since the epoch; absent while the document is fetched. */
  until?: number;
}

/**
 * Finds endpoints as the provider's object says: by its URL, or by the discovery document, which is fetched at most once in each refresh interval,
 * and after a failure once in each cool-down.
 */
export function createEndpointFinder(clock: Pick<Clock, "now">, fetcher: Pick<Fetcher, "fetchText">): FindEndpoint {
  const discovered = new WeakMap<ProviderPlan, Discovered>();
  return (provider) => {
    const { introspection } = provider;
    if (introspection === undefined) return { ok: false, error: "the provider's object has no `introspection`" };
    if (introspection.url !== undefined) return { ok: true, url: introspection.url };
    const known = discovered.get(provider);
    if (known !== undefined && (known.until === undefined || clock.now() < known.until)) return known.endpoint;
    const fresh: Discovered = {
      endpoint: discover(provider, fetcher).then((endpoint) => {
        fresh.until = clock.now() + (endpoint.ok ? provider.refreshInterval : provider.cooldown) * 1000;
        return endpoint;
      }),
    };
    discovered.set(provider, fresh);
    return fresh.endpoint;
  };
}

/** The document is believed only if it names the issuer that it was asked for, to the letter. Source: RFC 8414 §2, §3.3. */
async function discover(provider: ProviderPlan, fetcher: Pick<Fetcher, "fetchText">): Promise<Endpoint> {
  const fetched = await fetcher.fetchText(provider.issuer.replace(/\/$/, "") + WELL_KNOWN, provider);
  if (!fetched.ok) return { ok: false, error: `discovery document: ${fetched.error}` };
  let document: unknown;
  try {
    document = JSON.parse(fetched.text);
  } catch {
    return { ok: false, error: "the discovery document is not JSON" };
  }
  if (typeof document !== "object" || document === null) return { ok: false, error: "the discovery document is not an object" };
  const { issuer, introspection_endpoint: url } = document as { readonly [member: string]: unknown };
  if (issuer !== provider.issuer) return { ok: false, error: "the discovery document names another issuer" };
  return typeof url === "string"
    ? { ok: true, url }
    : { ok: false, error: "the discovery document has no `introspection_endpoint`" };
}
