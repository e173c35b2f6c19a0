import { describe, expect, test } from "vitest";
import { createCounterFamily } from "../../src/telemetry/counter-family.ts";
import { createDurationHistogram } from "../../src/telemetry/duration-histogram.ts";
import { createLabelBudget } from "../../src/telemetry/label-budget.ts";
import type { MetricSources } from "../../src/telemetry/metric-sources.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

const build = { version: "0.1.0", revision: "abc" };
const sources: MetricSources = {
  plan: () => ({ generation: 3, since: 1_000, faults: { error: 1, warning: 2, note: 0 } }),
  jwks: () => [
    { provider: "shop/corp", fetchedAt: 5_000 },
    { provider: "shop/new", fetchedAt: undefined },
  ],
  events: () => ({ written: 5, sampledOut: 4, overRate: 3, overCapacity: 2, failed: 1 }),
  lostLines: () => 7,
  inFlight: () => 8,
  connections: () => 9,
  transport: () => ({ replies: 4, rapid_reset: 1 }),
  now: () => 11_000,
};

async function scrape(
  fill: (metrics: Metrics) => void,
  options: { readonly labelLimit?: number; readonly sources?: Partial<MetricSources> } = {},
): Promise<string[]> {
  const { labelLimit } = options;
  const metrics = createMetrics(
    { ...sources, ...options.sources },
    { build, ...(labelLimit === undefined ? {} : { labelLimit }) },
  );
  try {
    fill(metrics);
    return (await metrics.scrape()).split("\n");
  } finally {
    metrics.close();
  }
}

const of = (lines: readonly string[], name: string): string[] => lines.filter((line) => line.startsWith(name));

describe("the metrics", () => {
  test("tell the plan, the keys, the calls and the events", async () => {
    const lines = await scrape(() => {});
    expect(lines.filter((line) => line.startsWith("sallyport_") && !line.includes("_duration_"))).toEqual([
      "sallyport_plan_generation 3",
      "sallyport_plan_age_seconds 10",
      "sallyport_inflight_calls 8",
      "sallyport_connections 9",
      'sallyport_build_info{version="0.1.0",revision="abc"} 1',
      'sallyport_plan_faults{severity="error"} 1',
      'sallyport_plan_faults{severity="warning"} 2',
      'sallyport_plan_faults{severity="note"} 0',
      'sallyport_jwks_age_seconds{provider="shop/corp"} 6',
      'sallyport_jwks_age_seconds{provider="shop/new"} Nan',
      'sallyport_decision_events_total{outcome="written"} 5',
      'sallyport_decision_events_total{outcome="sampled_out"} 4',
      'sallyport_decision_events_total{outcome="over_rate"} 3',
      'sallyport_decision_events_total{outcome="over_capacity"} 2',
      'sallyport_decision_events_total{outcome="failed"} 1',
      'sallyport_transport_events_total{event="replies"} 4',
      'sallyport_transport_events_total{event="rapid_reset"} 1',
      "sallyport_log_lines_lost_total 7",
    ]);
  });

  test("tell that no plan is in force yet", async () => {
    const lines = await scrape(() => {}, { sources: { plan: () => undefined } });
    expect(of(lines, "sallyport_plan_")).toEqual([
      "sallyport_plan_generation 0",
      "sallyport_plan_age_seconds Nan",
      'sallyport_plan_faults{severity="error"} 0',
      'sallyport_plan_faults{severity="warning"} 0',
      'sallyport_plan_faults{severity="note"} 0',
    ]);
  });

  test("count decisions by policy, verdict and reason, one series however often it is bound", async () => {
    const lines = await scrape((metrics) => {
      metrics.bindDecision("shop/idle", "allow", "allowed");
      const allow = metrics.bindDecision("shop/orders", "allow", "allowed");
      allow();
      allow();
      metrics.bindDecision("shop/orders", "allow", "allowed")();
      metrics.bindDecision(undefined, "deny", "no_policy")();
      metrics.bindShadow("shop/next", "deny")();
      metrics.bindAudit("shop/orders")();
    });
    expect([...of(lines, "sallyport_decisions_"), ...of(lines, "sallyport_shadow"), ...of(lines, "sallyport_audit")]).toEqual([
      'sallyport_decisions_total{policy="shop/orders",decision="allow",reason="allowed"} 3',
      'sallyport_decisions_total{policy="_none",decision="deny",reason="no_policy"} 1',
      'sallyport_shadow_decisions_total{policy="shop/next",would="deny"} 1',
      'sallyport_audit_matches_total{policy="shop/orders"} 1',
    ]);
  });

  test("give a label to the first policies that decide, not to the first that exist", async () => {
    const lines = await scrape(
      (metrics) => {
        const [a, b, c, d] = ["a", "b", "c", "d"].map((policy) => metrics.bindDecision(policy, "allow", "allowed"));
        for (const count of [d, c, b, a, d, a]) count?.();
      },
      { labelLimit: 2 },
    );
    expect(of(lines, "sallyport_decisions_")).toEqual([
      'sallyport_decisions_total{policy="d",decision="allow",reason="allowed"} 2',
      'sallyport_decisions_total{policy="c",decision="allow",reason="allowed"} 1',
      'sallyport_decisions_total{policy="_other",decision="allow",reason="allowed"} 3',
    ]);
  });

  test("bound the providers too, and tell the oldest of the rest", async () => {
    const jwks = (): MetricSources["jwks"] extends () => infer Result ? Result : never => [
      { provider: "a", fetchedAt: 10_000 },
      { provider: "b", fetchedAt: 2_000 },
      { provider: "c", fetchedAt: 8_000 },
    ];
    const lines = await scrape(() => {}, { labelLimit: 1, sources: { jwks } });
    expect(of(lines, "sallyport_jwks_")).toEqual([
      'sallyport_jwks_age_seconds{provider="a"} 1',
      'sallyport_jwks_age_seconds{provider="_other"} 9',
    ]);
  });

  test("have a help and a type for each name, once", async () => {
    const lines = await scrape((metrics) => metrics.bindDecision("a", "allow", "allowed")());
    const names = new Set(
      lines
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.replace(/(?:_bucket|_sum|_count)?[{ ].*/, "")),
    );
    const typed = of(lines, "# TYPE ").map((line) => line.split(" ")[2] ?? "");
    const helped = of(lines, "# HELP ").map((line) => line.split(" ")[2] ?? "");
    expect(new Set(typed)).toEqual(new Set(helped));
    expect(typed.length).toBe(new Set(typed).size);
    expect([...names].filter((name) => !typed.includes(name))).toEqual([]);
  });

  test("share a scrape that is under way", async () => {
    const metrics = createMetrics(sources, { build });
    const [first, second] = [metrics.scrape(), metrics.scrape()];
    expect(first).toBe(second);
    await first;
    expect(metrics.scrape()).not.toBe(first);
    metrics.close();
  });
});

describe("a counter family", () => {
  test("escapes what a label holds (B102)", () => {
    const family = createCounterFamily("c_total", "Counts\nlines.", ["name"]);
    family.bind(() => ['a"} 1\nforged{x="\\'])();
    expect([...family.lines()].join("")).toBe(
      '# HELP c_total Counts\\nlines.\n# TYPE c_total counter\nc_total{name="a\\"} 1\\nforged{x=\\"\\\\"} 1\n',
    );
  });
});

describe("a label budget", () => {
  test("keeps a label that was given", () => {
    const budget = createLabelBudget(2);
    expect(["a", "b", "c", "a", "c", "b"].map((name) => budget.admit(name))).toEqual(["a", "b", "_other", "a", "_other", "b"]);
  });
});

describe("the duration histogram", () => {
  test("counts a duration in every bucket that holds it, bounds included", () => {
    const histogram = createDurationHistogram("d_seconds", "Durations.");
    for (const duration of [0, 10, 10.1, 200_000, 2_000_000]) histogram.observe(duration);
    expect([...histogram.lines()].join("")).toBe(`# HELP d_seconds Durations.
# TYPE d_seconds histogram
d_seconds_bucket{le="0.00001"} 2
d_seconds_bucket{le="0.000025"} 3
d_seconds_bucket{le="0.00005"} 3
d_seconds_bucket{le="0.0001"} 3
d_seconds_bucket{le="0.00025"} 3
d_seconds_bucket{le="0.0005"} 3
d_seconds_bucket{le="0.001"} 3
d_seconds_bucket{le="0.0025"} 3
d_seconds_bucket{le="0.005"} 3
d_seconds_bucket{le="0.01"} 3
d_seconds_bucket{le="0.025"} 3
d_seconds_bucket{le="0.05"} 3
d_seconds_bucket{le="0.1"} 3
d_seconds_bucket{le="0.2"} 4
d_seconds_bucket{le="1"} 4
d_seconds_bucket{le="+Inf"} 5
d_seconds_sum 2.2000201
d_seconds_count 5
`);
  });
});
