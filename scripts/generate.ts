import { spawnSync } from "node:child_process";

/** `npm run generate`: rewrites every generated file. With `--check` it only tells which of them are out of step with their source. */
const GENERATORS = ["scripts/generate-crds.ts", "scripts/generate-docs.ts", "scripts/generate-suite-schema.ts"];

for (const script of GENERATORS) {
  const run = spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  if (run.status !== 0) process.exitCode = 1;
}
