import { readFileSync } from "node:fs";
import type { CommandResult } from "../cli/command-result.ts";
import { runCli } from "../cli/program.ts";
import { wantsColour } from "../cli/style.ts";
import { crdManifests } from "../files/crd-manifests.ts";
import { explainRequest, lintFiles } from "./offline.ts";
import { serve } from "./serve.ts";
import { testSuites } from "./test-suites.ts";
import { readVersion } from "./version.ts";

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;

/** Runs one command line of this process. */
export async function runProgram(args: readonly string[]): Promise<CommandResult> {
  const version = readVersion(process.env);
  return runCli(args, {
    version: { ...version, node: process.versions.node },
    env: process.env,
    colour: wantsColour(process.stdout.isTTY, process.env),
    readText: (path) => readFileSync(path === "-" ? STANDARD_INPUT : path, "utf8"),
    serve: (config) => serve(config, { version, stop: firstSignal(), logTo: STANDARD_OUTPUT }),
    lint: lintFiles,
    explain: explainRequest,
    test: (paths, options, config) => testSuites(paths, options, config),
    crds: crdManifests,
  });
}

/** The first SIGTERM or SIGINT drains; a second one ends the process at once, as Node does by default. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
