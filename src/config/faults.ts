import type { ConfigFault } from "./config.ts";

/** Renders faults for a terminal: a line each, and the way out on the next. */
export function renderFaults(faults: readonly ConfigFault[]): string {
  return faults
    .map(({ source, message, help }) => `sallyport: ${source}: ${message}\n${help === undefined ? "" : `  help: ${help}\n`}`)
    .join("");
}
