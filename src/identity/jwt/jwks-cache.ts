/** How one provider's keys fare. */
export interface ProviderStatus {
  /** `IdentityProvider shop/corp` */
  readonly key: string;
  /** `shop/corp` */
  readonly name: string;
  /** How many keys serve now; 0 when none was ever had or the stale limit has passed. */
  readonly keys: number;
  /** Seconds since the keys were last fetched; absent before the first success and for inline keys. */
  readonly age?: number;
  readonly refreshes: number;
  readonly failures: number;
  /** Why the last refresh failed; absent after a success. */
  readonly lastError?: string;
}
