import type { ProviderPlan } from "../../policy/model/authentication.ts";
import type { Fetcher } from "../outbound/fetcher.ts";
import { type JwkSet, readJwkSet } from "./jwk-set.ts";

const WELL_KNOWN = "/.well-known/openid-configuration";

type Step = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/**
 * Gets a provider's JWK set from where its object says: inline, a URI, or OpenID Connect Discovery.
 *
 * @returns the set, or why it cannot be had
 */
export async function fetchJwkSet(provider: ProviderPlan, fetcher: Fetcher): Promise<JwkSet | string> {
  const { keys } = provider;
  if (keys.from === "inline") return readJwkSet(keys.jwks);
  const where = keys.from === "uri" ? keys.uri : await discover(provider, fetcher);
  if (typeof where !== "string") return where.error;
  const fetched = await step("JWK set", where, provider, fetcher);
  return fetched.ok ? readJwkSet(fetched.text) : fetched.error;
}

/** OpenID Connect Discovery 1.0 §4: the document is believed only if it names the issuer that it was asked for, to the letter. */
async function discover(provider: ProviderPlan, fetcher: Fetcher): Promise<string | { readonly error: string }> {
  const fetched = await step("discovery document", provider.issuer.replace(/\/$/, "") + WELL_KNOWN, provider, fetcher);
  if (!fetched.ok) return { error: fetched.error };
  let document: unknown;
  try {
    document = JSON.parse(fetched.text);
  } catch {
    return { error: "the discovery document is not JSON" };
  }
  if (typeof document !== "object" || document === null) return { error: "the discovery document is not an object" };
  const { issuer, jwks_uri: uri } = document as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (issuer !== provider.issuer) return { error: "the discovery document names another issuer" };
  return typeof uri === "string" ? uri : { error: "the discovery document has no `jwks_uri`" };
}

async function step(what: string, url: string, provider: ProviderPlan, fetcher: Fetcher): Promise<Step> {
  const fetched = await fetcher.fetchText(url, provider);
  return fetched.ok ? fetched : { ok: false, error: `${what}: ${fetched.error}` };
}
