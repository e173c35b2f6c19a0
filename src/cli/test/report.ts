import type { CoverageTotals, RuleCoverage } from "../../policy/coverage/coverage.ts";
import type { Diagnostic, SourcePosition } from "../../policy/model/diagnostic.ts";
import type { ExplainReport } from "../../policy/model/trace.ts";
import type { Difference } from "./differences.ts";

/** What a run of `sallyport test` came to. */
export interface TestReport {
  readonly suites: readonly SuiteReport[];
  /** What keeps paths from being read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly coverage: readonly LocatedCoverage[];
  readonly totals: CoverageTotals;
  /** Absent where it was not asked for, or where a test failed before. */
  readonly mutation?: MutationReport;
}

export interface SuiteReport {
  readonly file: string;
  /** What is wrong with the suite or its policies. */
  readonly diagnostics: readonly Diagnostic[];
  /** Tests that `--filter` left. None where the suite could not be run. */
  readonly tests: readonly TestOutcome[];
}

export interface TestOutcome {
  readonly name: string;
  readonly source: SourcePosition;
  /** Empty where it passed. */
  readonly differences: readonly Difference[];
  readonly report: ExplainReport;
}

export interface LocatedCoverage extends RuleCoverage {
  readonly source?: SourcePosition;
}

export interface MutationReport {
  /** Mutants that were tried; those that were listed as equivalent among them. */
  readonly tried: number;
  /** Mutants for which there was no time. */
  readonly untried: number;
  /** Mutants that no test noticed and that no suite lists as equivalent. */
  readonly survivors: readonly Survivor[];
  /** Survivors that a suite explains. */
  readonly explained: readonly (Survivor & { readonly why: string })[];
  /** Entries of `equivalents` that are no mutant, or one that a test notices. */
  readonly stale: readonly { readonly id: string; readonly source: SourcePosition }[];
}

export interface Survivor {
  readonly id: string;
  /** `APIPolicy shop/orders` */
  readonly policy: string;
  readonly path: string;
  readonly change: string;
  readonly source?: SourcePosition;
}

/** One reason why a run counts as failed. */
export interface RunFailure {
  /** `test` for what a suite's own entry tells too. */
  readonly of: "test" | "run";
  readonly message: string;
}

/** Why a run counts as failed; empty where it passed. `threshold` is a percentage. */
export function failuresOf(report: TestReport, threshold: number | undefined): readonly RunFailure[] {
  const failures: RunFailure[] = [];
  const tell = (applies: boolean, of: RunFailure["of"], message: string): void => {
    if (applies) failures.push({ of, message });
  };
  const tests = report.suites.flatMap((suite) => suite.tests);
  const failed = tests.filter(({ differences }) => differences.length > 0).length;
  const broken = report.suites.filter(isBroken).length;
  const unread = report.diagnostics.length > 0;
  tell(unread, "run", "not every path could be read");
  tell(broken > 0, "test", broken === 1 ? "a suite could not be run" : `${broken} suites could not be run`);
  tell(tests.length === 0 && broken === 0 && !unread, "run", "no test was found");
  tell(failed > 0, "test", failed === 1 ? "a test failed" : `${failed} tests failed`);
  for (const name of ["rules", "parts"] as const) {
    const { percent } = report.totals[name];
    const least = threshold ?? 0;
    tell(percent < least, "run", `${percent} % of the ${name} are covered, and ${least} % must be`);
  }
  if (report.mutation === undefined) return failures;
  const { survivors, untried, stale } = report.mutation;
  tell(
    survivors.length > 0,
    "run",
    survivors.length === 1 ? "a mutant was noticed by no test" : `${survivors.length} mutants were noticed by no test`,
  );
  tell(untried > 0, "run", `${untried} mutants were not tried for want of time`);
  tell(stale.length > 0, "run", "`equivalents` names what is no equivalent mutant");
  return failures;
}

export function isBroken({ diagnostics }: SuiteReport): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** `orders.test.yaml:12:5` */
export function positionText({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`;
}
