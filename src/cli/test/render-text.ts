import { printable } from "../../telemetry/printable.ts";
import type { CommandResult } from "../command-result.ts";
import { plural, renderDiagnostic, sortDiagnostics } from "../diagnostics-text.ts";
import { renderExplain } from "../explain-text.ts";
import type { Style } from "../style.ts";
import { renderCoverage } from "./coverage-text.ts";
import { renderMutation } from "./mutation-text.ts";
import { failuresOf, positionText, type RunFailure, type SuiteReport, type TestOutcome, type TestReport } from "./report.ts";

const MAX_TEXT = 400;

/** A run for people: each test, why it failed, what the policies' rules lack, and the reasons for a failure last. */
export function renderTestText(report: TestReport, threshold: number | undefined, style: Style): CommandResult {
  const diagnostics = sortDiagnostics([...report.diagnostics, ...report.suites.flatMap((suite) => suite.diagnostics)]);
  const failures = failuresOf(report, threshold);
  const blocks = [
    ...report.suites.filter(({ tests }) => tests.length > 0).map((suite) => renderSuite(suite, style)),
    renderCoverage(report, style),
    renderMutation(report.mutation, style),
    renderSummary(report, failures, style),
  ];
  return {
    exitCode: failures.length === 0 ? 0 : 1,
    stdout: blocks.filter((block) => block !== "").join("\n"),
    stderr: diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style)).join(""),
  };
}

function renderSuite({ file, tests }: SuiteReport, style: Style): string {
  return `${style.bold(shown(file))}\n${tests.map((test) => renderTest(test, style)).join("")}`;
}

function renderTest(test: TestOutcome, style: Style): string {
  if (test.differences.length === 0) return `  ${style.green("pass")} ${shown(test.name)}\n`;
  const width = Math.max(...test.differences.map(({ field }) => field.length));
  const differences = test.differences.map(
    ({ field, expected, actual }) =>
      `       ${shown(field).padEnd(width)}  expected ${style.green(shown(expected))}, got ${style.red(shown(actual))}\n`,
  );
  const trace = renderExplain(test.report, "text", style).stdout;
  return [
    `  ${style.red("FAIL")} ${style.bold(shown(test.name))} ${style.dim(`(${shown(positionText(test.source))})`)}\n`,
    ...differences,
    trace.replace(/^(?=.)/gmu, "       "),
  ].join("");
}

function renderSummary(report: TestReport, failures: readonly RunFailure[], style: Style): string {
  const tests = report.suites.flatMap((suite) => suite.tests);
  const failed = tests.filter(({ differences }) => differences.length > 0).length;
  const counts = `${plural(tests.length, "test")} in ${plural(report.suites.length, "suite")}: ${tests.length - failed} passed, ${failed} failed`;
  const told = failures.map(({ message }) => `${style.red("failed")}: ${message}\n`).join("");
  return `${(failures.length === 0 ? style.green : style.red)(counts)}\n${told}`;
}

function shown(text: string): string {
  return printable(text, MAX_TEXT);
}
