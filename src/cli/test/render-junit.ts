import type { Diagnostic } from "../../policy/model/diagnostic.ts";
import type { CommandResult } from "../command-result.ts";
import { renderDiagnostic } from "../diagnostics-text.ts";
import { renderExplain } from "../explain-text.ts";
import { createStyle } from "../style.ts";
import { failuresOf, positionText, type RunFailure, type SuiteReport, type TestOutcome, type TestReport } from "./report.ts";

const PLAIN = createStyle(false);

interface Case {
  readonly suite: string;
  readonly name: string;
  /** Absent where it passed. */
  readonly failure?: { readonly tag: "failure" | "error"; readonly message: string; readonly text: string };
}

/**
 * A run as JUnit's XML. A suite that could not be run, and what is asked of the run as a whole (coverage, mutants), are cases too, so that a
 * reader of the file alone sees why the command failed.
 */
export function renderTestJunit(report: TestReport, threshold: number | undefined): CommandResult {
  const failures = failuresOf(report, threshold);
  const suites = [
    ...report.suites.map((suite) => ({ name: suite.file, cases: casesOf(suite) })),
    { name: "sallyport test", cases: [wholeRun(report, failures)] },
  ];
  const count = (cases: readonly Case[], tag: "failure" | "error"): number =>
    cases.filter(({ failure }) => failure?.tag === tag).length;
  const attributes = (cases: readonly Case[]): string =>
    `tests="${cases.length}" failures="${count(cases, "failure")}" errors="${count(cases, "error")}"`;
  const xml = [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="sallyport" ${attributes(suites.flatMap(({ cases }) => cases))}>\n`,
    ...suites.map(
      ({ name, cases }) =>
        `  <testsuite name="${escaped(name)}" ${attributes(cases)}>\n${cases.map(renderCase).join("")}  </testsuite>\n`,
    ),
    "</testsuites>\n",
  ];
  return { exitCode: failures.length === 0 ? 0 : 1, stdout: xml.join(""), stderr: "" };
}

function casesOf({ file, diagnostics, tests }: SuiteReport): readonly Case[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return tests.map((test) => caseOf(file, test));
  return [{ suite: file, name: "the suite can be run", failure: failureOf("error", errors) }];
}

function caseOf(suite: string, { name, source, differences, report }: TestOutcome): Case {
  if (differences.length === 0) return { suite, name };
  const told = differences.map(({ field, expected, actual }) => `${field}: expected ${expected}, got ${actual}`);
  const text = `${positionText(source)}\n${told.join("\n")}\n\n${renderExplain(report, "text", PLAIN).stdout}`;
  return { suite, name, failure: { tag: "failure", message: told.join("; "), text } };
}

function wholeRun(report: TestReport, failures: readonly RunFailure[]): Case {
  const base = { suite: "sallyport test", name: "coverage, mutants and paths are as asked" };
  if (report.diagnostics.length > 0) return { ...base, failure: failureOf("error", report.diagnostics) };
  const beyond = failures.filter((failure) => failure.of === "run").map(({ message }) => message);
  if (beyond.length === 0) return base;
  const survivors = report.mutation?.survivors.map(({ id, change }) => `${id}: ${change}`) ?? [];
  return { ...base, failure: { tag: "failure", message: beyond.join("; "), text: [...beyond, ...survivors].join("\n") } };
}

function failureOf(tag: "error", diagnostics: readonly Diagnostic[]): NonNullable<Case["failure"]> {
  const text = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, PLAIN)).join("");
  return { tag, message: diagnostics[0]?.message ?? "", text };
}

function renderCase({ suite, name, failure }: Case): string {
  const open = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}"`;
  if (failure === undefined) return `${open}/>\n`;
  const { tag, message, text } = failure;
  return `${open}>\n      <${tag} message="${escaped(message)}">${escaped(text)}</${tag}>\n    </testcase>\n`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

/** Characters that XML 1.0 cannot hold at all are shown as U+FFFD. Source: XML 1.0 §2.2. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"]/gu, (character) => ENTITIES.get(character) ?? character);
}
