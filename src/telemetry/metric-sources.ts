import { Counter, Gauge, type Registry } from "prom-client";
import type { Severity } from "../policy/model/diagnostic.ts";
import type { EventCounts } from "./event-log.ts";
import { registerGauge } from "./gauge.ts";
import { OTHER } from "./label-budget.ts";

/** What the gauges show; each is asked at a scrape and must answer at once. */
export interface MetricSources {
  /** `undefined` until the first plan is in force. */
  readonly plan: () => PlanState | undefined;
  /** Keys of identity providers. */
  readonly jwks: () => Iterable<JwksState>;
  readonly events: () => EventCounts;
  /** Log lines of any kind that could not be written. */
  readonly lostLines: () => number;
  /** Calls that are being answered. */
  readonly inFlight: () => number;
  readonly connections: () => number;
  /** What the gRPC transport has counted, by name. */
  readonly transport: () => Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface PlanState {
  /** Counts up with each plan that comes into force. */
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly faults: Readonly<Record<Severity, number>>;
}

interface JwksState {
  /** `shop/corp` */
  readonly provider: string;
  /** Milliseconds since the epoch; `undefined` while none were ever had. */
  readonly fetchedAt: number | undefined;
}

export interface SourceOptions {
  /** Providers that get a label of their own. */
  readonly labelLimit: number;
  readonly build: { readonly version: string; readonly revision: string };
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** Registers what is asked at a scrape: plan, keys, calls and events. */
export function registerSources(registry: Registry, sources: MetricSources, options: SourceOptions): void {
  const gauge = (name: string, help: string, read: () => number): void => registerGauge(registry, name, help, read);
  const age = (since: number | undefined): number =>
    since === undefined ? Number.NaN : Math.max(0, (sources.now() - since) / 1000);

  gauge(
    "sallyport_plan_generation",
    "Plans that came into force since the start; 0 while none has.",
    () => sources.plan()?.generation ?? 0,
  );
  gauge("sallyport_plan_age_seconds", "Since the plan in force came into force; NaN while none has.", () =>
    age(sources.plan()?.since),
  );
  gauge("sallyport_inflight_calls", "Calls that are being answered.", () => sources.inFlight());
  gauge("sallyport_connections", "Open gRPC connections.", () => sources.connections());

  const build = new Gauge({
    name: "sallyport_build_info",
    help: "The version that runs.",
    labelNames: ["version", "revision"],
    registers: [],
  });
  build.set({ ...options.build }, 1);
  const faults = new Gauge({
    name: "sallyport_plan_faults",
    help: "Faults that were found when the plan in force was compiled, by severity.",
    labelNames: ["severity"],
    registers: [],
    collect() {
      for (const severity of SEVERITIES) this.set({ severity }, sources.plan()?.faults[severity] ?? 0);
    },
  });
  const jwksAge = new Gauge({
    name: "sallyport_jwks_age_seconds",
    help: "Since an identity provider's keys were last had, by provider; NaN while they never were. Beyond the limit, the oldest as _other.",
    labelNames: ["provider"],
    registers: [],
    collect() {
      this.reset();
      let count = 0;
      let oldest = Number.NaN;
      for (const { provider, fetchedAt } of sources.jwks()) {
        if (count++ < options.labelLimit) {
          this.set({ provider }, age(fetchedAt));
        } else {
          oldest = Math.max(Number.isNaN(oldest) ? 0 : oldest, fetchedAt === undefined ? 0 : age(fetchedAt));
          this.set({ provider: OTHER }, oldest);
        }
      }
    },
  });
  const events = new Counter({
    name: "sallyport_decision_events_total",
    help: "Decision events, by what became of them.",
    labelNames: ["outcome"],
    registers: [],
    collect() {
      this.reset();
      const { written, sampledOut, overRate, overCapacity, failed } = sources.events();
      this.inc({ outcome: "written" }, written);
      this.inc({ outcome: "sampled_out" }, sampledOut);
      this.inc({ outcome: "over_rate" }, overRate);
      this.inc({ outcome: "over_capacity" }, overCapacity);
      this.inc({ outcome: "failed" }, failed);
    },
  });
  const transport = new Counter({
    name: "sallyport_transport_events_total",
    help: "What the gRPC transport saw, by name: requests, replies, and each kind of abuse that it ended.",
    labelNames: ["event"],
    registers: [],
    collect() {
      this.reset();
      for (const [event, count] of Object.entries(sources.transport())) this.inc({ event }, count);
    },
  });
  const lostLines = new Counter({
    name: "sallyport_log_lines_lost_total",
    help: "Log lines, events included, that could not be written because the reader was too slow or has gone.",
    registers: [],
    collect() {
      this.reset();
      this.inc(sources.lostLines());
    },
  });
  registry.registerMetric(build);
  registry.registerMetric(faults);
  registry.registerMetric(jwksAge);
  registry.registerMetric(events);
  registry.registerMetric(transport);
  registry.registerMetric(lostLines);
}
