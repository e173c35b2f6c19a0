import { setImmediate } from "node:timers/promises";
import type { Registry } from "prom-client";
import type { Exposition } from "./exposition.ts";

/** Lines that are joined before the clock is asked. */
const LINES = 256;
/** Milliseconds of one slice; decisions wait no longer than twice that. */
const SLICE = 1;

/** Writes a scrape: prom-client's few series at once, the many of our own in slices, between which calls are answered. */
export async function scrapeInSlices(registry: Registry, own: readonly Exposition[]): Promise<string> {
  let sliceStart = performance.now();
  let text = await registry.metrics();
  let count = 0;
  for (const exposition of own) {
    for (const line of exposition.lines()) {
      text += line;
      if (++count % LINES === 0 && performance.now() - sliceStart > SLICE) {
        await setImmediate();
        sliceStart = performance.now();
      }
    }
  }
  return text;
}
