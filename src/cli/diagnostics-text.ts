import type { Diagnostic, ObjectRef, Severity } from "../policy/model/diagnostic.ts";
import { printable } from "../telemetry/printable.ts";
import type { Style } from "./style.ts";

const MAX_TEXT = 4096;

/** Findings by file, line and column; those without a place come last, in their own order. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return diagnostics.toSorted(({ source: left }, { source: right }) => {
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return compareText(left.file, right.file) || left.line - right.line || left.column - right.column;
  });
}

/**
 * One finding for people: `orders.yaml:14:7: error: message [Code]` in the form that editors jump to, the field it is about, and the way out.
 * What manifests hold is made printable: lint is run on what strangers wrote.
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const { code, severity, object, path, message, help, source } = diagnostic;
  const place = source === undefined ? "" : `${printable(source.file, MAX_TEXT)}:${source.line}:${source.column}: `;
  const field = [object === undefined ? "" : objectName(object), path].filter((part) => part !== "").join(" ");
  return [
    `${style.bold(place)}${paintSeverity(severity, style)}: ${oneLine(message)} ${style.dim(`[${code}]`)}\n`,
    field === "" ? "" : `  ${style.dim(`in ${oneLine(field)}`)}\n`,
    help === undefined ? "" : `  ${style.cyan("help")}: ${oneLine(help)}\n`,
  ].join("");
}

function objectName({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function paintSeverity(severity: Severity, style: Style): string {
  switch (severity) {
    case "error":
      return style.red(severity);
    case "warning":
      return style.yellow(severity);
    case "note":
      return style.cyan(severity);
    default:
      return severity satisfies never;
  }
}

function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, " "), MAX_TEXT);
}

/** `2 errors`, `1 error` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
