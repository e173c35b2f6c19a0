import { Registry } from "prom-client";
import type { Reason } from "../policy/model/reason.ts";
import { type CounterFamily, createCounterFamily } from "./counter-family.ts";
import { createDurationHistogram } from "./duration-histogram.ts";
import { createLabelBudget, NONE } from "./label-budget.ts";
import { type MetricSources, registerSources } from "./metric-sources.ts";
import { registerProcessMetrics } from "./process-metrics.ts";
import { scrapeInSlices } from "./scrape.ts";

export interface MetricOptions {
  /** Policies, and providers, that get a label of their own. */
  readonly labelLimit?: number;
  readonly build: { readonly version: string; readonly revision: string };
}

type Count = () => void;

export interface Metrics {
  /** Binds once, when a plan is compiled; the returned function is for the calling path. `policy` is `shop/orders`, `undefined` where none decided. */
  bindDecision(policy: string | undefined, decision: "allow" | "deny", reason: Reason): Count;
  bindShadow(policy: string, would: "allow" | "deny"): Count;
  bindAudit(policy: string): Count;
  /** Microseconds. */
  observeDuration(durationUs: number): void;
  /** The text of a scrape, in Prometheus' text format. Scrapes at the same time share one. */
  scrape(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

const LABEL_LIMIT = 200;

export function createMetrics(sources: MetricSources, options: MetricOptions): Metrics {
  const limit = options.labelLimit ?? LABEL_LIMIT;
  const policies = createLabelBudget(limit);
  const decisions = createCounterFamily(
    "sallyport_decisions_total",
    "Decisions, by the policy that decided, the verdict and its reason.",
    ["policy", "decision", "reason"],
  );
  const shadows = createCounterFamily("sallyport_shadow_decisions_total", "What Shadow policies would have decided.", [
    "policy",
    "would",
  ]);
  const audits = createCounterFamily("sallyport_audit_matches_total", "Requests that matched an Audit rule.", ["policy"]);
  const durations = createDurationHistogram(
    "sallyport_decision_duration_seconds",
    "From the call's decoding to its answer, in seconds.",
  );
  const registry = new Registry();
  registerSources(registry, sources, { labelLimit: limit, build: options.build });
  const processMetrics = registerProcessMetrics(registry);
  const bindFor = (family: CounterFamily, policy: string | undefined, ...rest: readonly string[]): Count =>
    family.bind(() => [policy === undefined ? NONE : policies.admit(policy), ...rest]);
  let scraping: Promise<string> | undefined;

  return {
    bindDecision: (policy, decision, reason) => bindFor(decisions, policy, decision, reason),
    bindShadow: (policy, would) => bindFor(shadows, policy, would),
    bindAudit: (policy) => bindFor(audits, policy),
    observeDuration: (durationUs) => durations.observe(durationUs),
    scrape: () => {
      scraping ??= scrapeInSlices(registry, [decisions, shadows, audits, durations]).finally(() => {
        scraping = undefined;
      });
      return scraping;
    },
    contentType: registry.contentType,
    close: () => processMetrics.close(),
  };
}
