import { type Exposition, metricHead } from "./exposition.ts";

/** Upper bounds in microseconds, from what an exact rule costs to Envoy's default timeout for ext_authz (200 ms) and beyond. */
const BOUNDS: readonly number[] = [
  10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 200_000, 1_000_000,
];

export interface DurationHistogram extends Exposition {
  /** Microseconds. */
  observe(durationUs: number): void;
}

/** A histogram without labels over one typed array. Most decisions end in the first buckets, so a scan from the left is the fastest search. */
export function createDurationHistogram(name: string, help: string): DurationHistogram {
  const buckets = new Float64Array(BOUNDS.length + 1);
  let sum = 0;
  return {
    observe(durationUs) {
      let index = 0;
      while (index < BOUNDS.length && durationUs > (BOUNDS[index] ?? 0)) index++;
      buckets[index] = (buckets[index] ?? 0) + 1;
      sum += durationUs;
    },
    *lines() {
      yield metricHead(name, help, "histogram");
      let total = 0;
      for (const [index, bound] of BOUNDS.entries()) {
        total += buckets[index] ?? 0;
        yield `${name}_bucket{le="${bound / 1e6}"} ${total}\n`;
      }
      total += buckets[BOUNDS.length] ?? 0;
      yield `${name}_bucket{le="+Inf"} ${total}\n${name}_sum ${sum / 1e6}\n${name}_count ${total}\n`;
    },
  };
}
