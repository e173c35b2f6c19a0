import type { Diagnostic, Severity } from "../policy/model/diagnostic.ts";
import type { CommandResult, OutputFormat } from "./command-result.ts";
import { plural, renderDiagnostic, sortDiagnostics } from "./diagnostics-text.ts";
import type { Style } from "./style.ts";

/** What reading and compiling the manifests found. */
export interface LintReport {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
  readonly objects: number;
}

/** Tells every finding at once; errors make the command fail, warnings and notes do not. */
export function renderLint(report: LintReport, format: OutputFormat, style: Style): CommandResult {
  const diagnostics = sortDiagnostics(report.diagnostics);
  const count = (severity: Severity): number => diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const [errors, warnings, notes] = [count("error"), count("warning"), count("note")];
  const exitCode = errors > 0 ? 1 : 0;
  if (format === "json") {
    const summary = { errors, warnings, notes, files: report.files, objects: report.objects };
    return { exitCode, stdout: `${JSON.stringify({ diagnostics, summary }, null, 2)}\n`, stderr: "" };
  }
  const found = [
    errors > 0 ? plural(errors, "error") : "",
    warnings > 0 ? plural(warnings, "warning") : "",
    notes > 0 ? plural(notes, "note") : "",
  ];
  const told = found.filter((part) => part !== "").join(", ");
  const summary = `${told === "" ? "no faults" : told} in ${plural(report.objects, "object")} of ${plural(report.files, "file")}`;
  const paint = errors > 0 ? style.red : warnings > 0 ? style.yellow : style.green;
  const blocks = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style)).join("");
  return { exitCode, stdout: `${blocks}${blocks === "" ? "" : "\n"}${paint(summary)}\n`, stderr: "" };
}
