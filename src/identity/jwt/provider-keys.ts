import type { ProviderPlan } from "../../policy/model/authentication.ts";
import { KeyCache, type KeyCacheDeps, type ProviderStatus } from "./jwks-cache.ts";

/** The key caches of all providers that the plan names. */
export interface ProviderKeys {
  set(providers: readonly ProviderPlan[]): void;
  /** The cache of a provider that was set, also when it has been closed since; `undefined` for one that never was. */
  of(provider: ProviderPlan): KeyCache | undefined;
  status(): readonly ProviderStatus[];
  close(): void;
}

/** Keeps one cache for each source of keys. A provider whose source did not change keeps its keys across plans. */
export function createProviderKeys(deps: KeyCacheDeps): ProviderKeys {
  let caches: ReadonlyMap<string, KeyCache> = new Map();
  // A plan in flight may still name a provider that the newest plan does not.
  const ofPlan = new WeakMap<ProviderPlan, KeyCache>();

  return {
    set(providers) {
      const next = new Map<string, KeyCache>();
      for (const provider of providers) {
        const source = sourceOf(provider);
        const kept = next.get(source) ?? caches.get(source);
        kept?.reconfigure(provider);
        const cache = kept ?? new KeyCache(provider, deps);
        next.set(source, cache);
        ofPlan.set(provider, cache);
      }
      for (const [source, cache] of caches) if (!next.has(source)) cache.close();
      caches = next;
    },
    of(provider) {
      const known = ofPlan.get(provider);
      if (known !== undefined) return known;
      const cache = caches.get(sourceOf(provider));
      if (cache !== undefined) ofPlan.set(provider, cache);
      return cache;
    },
    status: () => [...caches.values()].map((cache) => cache.status()),
    close() {
      for (const cache of caches.values()) cache.close();
    },
  };
}

/** What decides which keys a provider has. Two objects never share a cache, so that one's object cannot vouch for the other's. */
function sourceOf({ key, issuer, keys, allowPrivateAddresses }: ProviderPlan): string {
  return JSON.stringify([key, issuer, keys, allowPrivateAddresses]);
}
