import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { LEFT_OUT_FILE, readLeftOut } from "../test/envoy/harness/requirements.ts";

/**
 * `npm test`: everything that can run on this machine, and a list of what could not and why. With `CI=true` nothing that the README asks
 * for may be missing: the test that lacks it fails by itself.
 */
rmSync(LEFT_OUT_FILE, { force: true });
const run = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
  stdio: "inherit",
});
const leftOut = Object.entries(await readLeftOut());
if (leftOut.length > 0) {
  console.log("\nLeft out on this machine:");
  for (const [file, why] of leftOut) console.log(`  ${file}: ${why}`);
}
process.exitCode = run.status ?? 1;
