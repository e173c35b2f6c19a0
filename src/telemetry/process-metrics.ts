import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, type Registry } from "prom-client";
import { registerGauge } from "./gauge.ts";

export interface ProcessMetrics {
  /** Stops watching the event loop. */
  close(): void;
}

/**
 * The process's own metrics, under the names that prom-client's defaults give them. Only what can be read without blocking: the defaults
 * read `/proc` synchronously at each scrape, which takes the longer the more connections there are.
 */
export function registerProcessMetrics(registry: Registry): ProcessMetrics {
  const gauge = (name: string, help: string, read: () => number): void => registerGauge(registry, name, help, read);
  const counter = (name: string, help: string, read: () => number): void => {
    const metric = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
    registry.registerMetric(metric);
  };
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  counter("process_cpu_user_seconds_total", "User CPU time in seconds.", () => process.cpuUsage().user / 1e6);
  counter("process_cpu_system_seconds_total", "System CPU time in seconds.", () => process.cpuUsage().system / 1e6);
  gauge("process_start_time_seconds", "Start of the process, in seconds since the epoch.", () => startedAt);
  gauge("process_resident_memory_bytes", "Resident memory in bytes.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "Heap in use, in bytes.", () => process.memoryUsage().heapUsed);
  gauge("nodejs_external_memory_bytes", "Memory outside the heap, in bytes.", () => process.memoryUsage().external);

  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let [mean, p99, max] = [0, 0, 0];
  const read = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0);
  gauge("nodejs_eventloop_lag_mean_seconds", "Mean delay of the event loop since the last scrape, in seconds.", () => {
    [mean, p99, max] = [read(delay.mean), read(delay.percentile(99)), read(delay.max)];
    delay.reset();
    return mean;
  });
  gauge("nodejs_eventloop_lag_p99_seconds", "99th percentile of the delay since the last scrape, in seconds.", () => p99);
  gauge("nodejs_eventloop_lag_max_seconds", "Largest delay since the last scrape, in seconds.", () => max);
  return { close: () => void delay.disable() };
}
