import { banner, doorOnlyBanner } from "./banner.ts";
import { checkCalls } from "./check.ts";
import { renderLogLine } from "./event-line.ts";
import { startPlayground } from "./playground.ts";

// `npm start`: runs the playground until Ctrl-C. With `--check` it runs its own curl lines and exits 0 if each answer is as printed.

const check = process.argv.includes("--check");
const reasons: string[] = [];
const waiting: string[] = [];
let show: (line: string) => void = (line) => void waiting.push(line);

const interrupted = new Promise<number>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // The second one does not wait; the exit hook of the child processes still runs.
      process.once(signal, () => process.exit(130));
      resolve(0);
    });
  }
});

const result = await startPlayground({
  env: process.env,
  onProgress: (line) => console.log(line),
  onDataPlaneLine(line) {
    const reason = /"reason":"(\w+)"/.exec(line)?.[1];
    if (reason) reasons.push(reason);
    const rendered = renderLogLine(line);
    if (rendered !== undefined) show(rendered);
  },
});

if (!result.ok) {
  for (const fault of result.faults) console.error(fault);
  process.exit(1);
}

const { playground } = result;
console.log(
  playground.envoy.found
    ? banner(playground.ports, playground.envoy, playground.calls)
    : doorOnlyBanner(playground.ports, playground.envoy),
);
for (const line of waiting.splice(0)) console.log(line);
show = (line) => console.log(line);

const outcome = await Promise.race([interrupted, playground.broken, ...(check ? [runChecks()] : [])]);
if (typeof outcome === "string") console.error(outcome);
await playground.stop();
process.exit(typeof outcome === "string" ? 1 : outcome);

async function runChecks(): Promise<number> {
  if (!playground.envoy.found) {
    console.error("there is nothing to check without an Envoy");
    return 1;
  }
  const checked = await checkCalls(playground.calls, () => reasons);
  for (const { call, faults } of checked) {
    console.log(`${faults.length === 0 ? "ok  " : "FAIL"}  ${call.title}`);
    for (const fault of faults) console.log(`      ${fault}`);
  }
  return checked.every(({ faults }) => faults.length === 0) ? 0 : 1;
}
