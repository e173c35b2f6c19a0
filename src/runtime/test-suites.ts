import type { LocatedCoverage, SuiteReport, TestReport } from "../cli/test/report.ts";
import type { SuiteSettings } from "../cli/test/suite.ts";
import type { TestOptions } from "../cli/test/test-command.ts";
import { findSuites } from "../files/find-manifests.ts";
import { addCoverage, coverageOf, coverageTotals } from "../policy/coverage/coverage.ts";
import { Tally } from "../policy/coverage/tally.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import { mutateSuites } from "./mutate-suites.ts";
import { prepareSuite } from "./prepare-suite.ts";
import { type PreparedSuite, runSuite } from "./suite-run.ts";

/** Runs every suite under the paths, one after another. `elapsed` is monotonic, in milliseconds. */
export async function testSuites(
  paths: readonly string[],
  { filter, mutationTime }: TestOptions,
  settings: SuiteSettings,
  elapsed: () => number = () => performance.now(),
): Promise<TestReport> {
  const { files, faults } = await findSuites(paths);
  const wanted = (test: string): boolean => filter === undefined || test.toLowerCase().includes(filter.toLowerCase());
  const suites: SuiteReport[] = [];
  const runnable: PreparedSuite[] = [];
  const coverage = new Map<string, LocatedCoverage>();
  try {
    for (const file of files) {
      const { diagnostics, prepared } = await prepareSuite(file, settings, wanted);
      if (prepared === undefined) {
        suites.push({ file, diagnostics, tests: [] });
        continue;
      }
      runnable.push(prepared);
      const tally = new Tally();
      suites.push({ file, diagnostics, tests: await runSuite(prepared, tally) });
      cover(prepared, tally, coverage);
    }
    const details = [...coverage.values()];
    const passed = suites.every(({ tests }) => tests.every(({ differences }) => differences.length === 0));
    const mutates = mutationTime !== undefined && passed && runnable.length === suites.length;
    return {
      suites,
      diagnostics: faults.map(({ path, message }) => unreadable(path, message)),
      coverage: details,
      totals: coverageTotals(details),
      ...(mutates ? { mutation: await mutateSuites(runnable, { time: mutationTime, elapsed }) } : {}),
    };
  } finally {
    for (const suite of runnable) await suite.close();
  }
}

/** A file's policy that several suites test is covered by all of them together. */
function cover({ manifests }: PreparedSuite, tally: Tally, coverage: Map<string, LocatedCoverage>): void {
  for (const { key, policy, locate } of manifests.policies) {
    for (const rule of coverageOf(policy, tally)) {
      const id = `${key} ${rule.path}`;
      const before = coverage.get(id);
      const source = locate(rule.path);
      const located: LocatedCoverage = { ...rule, ...(source === undefined ? {} : { source }) };
      coverage.set(id, before === undefined ? located : { ...located, ...addCoverage(before, rule) });
    }
  }
}

function unreadable(file: string, message: string): Diagnostic {
  return {
    code: "Unreadable",
    severity: "error",
    path: "",
    message: `\`${file}\` cannot be read: ${message}`,
    source: { file, line: 1, column: 1 },
  };
}
