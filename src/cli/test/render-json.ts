import type { CommandResult } from "../command-result.ts";
import { failuresOf, isBroken, type TestReport } from "./report.ts";

/** A run as one JSON document. `report` of a test is what `sallyport explain -o json` says of its request, for tests that failed. */
export function renderTestJson(report: TestReport, threshold: number | undefined): CommandResult {
  const failures = failuresOf(report, threshold);
  const tests = report.suites.flatMap((suite) => suite.tests);
  const failed = tests.filter(({ differences }) => differences.length > 0).length;
  const document = {
    passed: failures.length === 0,
    failures: failures.map(({ message }) => message),
    diagnostics: report.diagnostics,
    suites: report.suites.map((suite) => ({
      file: suite.file,
      broken: isBroken(suite),
      diagnostics: suite.diagnostics,
      tests: suite.tests.map((test) => {
        const passed = test.differences.length === 0;
        const { name, source, differences } = test;
        return { name, passed, source, differences, report: passed ? null : test.report };
      }),
    })),
    coverage: { ...report.totals, threshold: threshold ?? null, details: report.coverage },
    mutation: report.mutation ?? null,
    summary: { suites: report.suites.length, tests: tests.length, passed: tests.length - failed, failed },
  };
  return { exitCode: failures.length === 0 ? 0 : 1, stdout: `${JSON.stringify(document, null, 2)}\n`, stderr: "" };
}
