import { REASONS } from "../policy/model/reason.ts";
import type { CredentialTrace, ExplainReport, PartOutcome, PolicyTrace, RuleTrace } from "../policy/model/trace.ts";
import { printable } from "../telemetry/printable.ts";
import type { CommandResult, OutputFormat } from "./command-result.ts";
import { isDeciding, nearestFirst } from "./nearest-miss.ts";
import type { Style } from "./style.ts";

const MAX_TEXT = 200;

/** Renders why a request was decided as it was. Both verdicts end with 0: explaining succeeded. */
export function renderExplain(report: ExplainReport, format: OutputFormat, style: Style): CommandResult {
  if (format === "json") {
    const { decision, status, reason, detail, policy, rule, trace } = report;
    // `null` rather than nothing, so that a reader of the JSON finds each name in each answer.
    const json = { decision, status, reason, detail: detail ?? null, policy: policy ?? null, rule: rule ?? null, trace };
    return { exitCode: 0, stdout: `${JSON.stringify(json, null, 2)}\n`, stderr: "" };
  }
  const policies = nearestFirst(report).map((policy) => renderPolicy(policy, report, style));
  return { exitCode: 0, stdout: [renderVerdict(report, style), ...policies].join("\n"), stderr: "" };
}

function renderVerdict({ decision, status, reason, detail, policy, rule, trace }: ExplainReport, style: Style): string {
  const verdict = decision === "allow" ? style.green("allow") : style.red(`deny ${status}`);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ...(detail === undefined ? [] : [["detail", detail] as const]),
    ["target", trace.target],
    ["policy", policy],
    ["rule", rule],
  ];
  const lines = rows.map(
    ([name, value]) => `  ${name.padEnd(7)} ${value === undefined || value === "" ? style.dim("none") : shown(value)}\n`,
  );
  return `${style.bold(verdict)} ${style.bold(reason)}: ${REASONS[reason].summary}\n${lines.join("")}`;
}

function renderPolicy(policy: PolicyTrace, report: ExplainReport, style: Style): string {
  const shadow = policy.mode === "Shadow" ? style.yellow(" (Shadow: changes nothing)") : "";
  const credentials = policy.credentials.map((credential) => renderCredential(credential, style));
  const decides = (rule: RuleTrace): boolean => isDeciding(policy, report) && rule.rule === report.rule;
  const rules = policy.rules.map((rule) => renderRule(rule, decides(rule), style));
  return [
    `${style.bold(shown(policy.policy))}${shadow}\n`,
    credentials.length === 0 ? "" : `  credentials\n${credentials.join("")}`,
    rules.length === 0 ? "  no rules\n" : `  rules, nearest first\n${rules.join("")}`,
  ].join("");
}

function renderCredential({ method, location, outcome, reason, detail }: CredentialTrace, style: Style): string {
  const paint = outcome === "verified" ? style.green : outcome === "refused" ? style.red : style.dim;
  const more = [reason ?? "", detail]
    .filter((part) => part !== "")
    .map(shown)
    .join(": ");
  return `    ${paint(outcome.padEnd(9))} ${shown(method)} in ${shown(location)}${more === "" ? "" : `: ${more}`}\n`;
}

function renderRule({ rule, effect, outcome, parts }: RuleTrace, decides: boolean, style: Style): string {
  const verdict = decides ? `${outcome}, decides` : outcome;
  const head = `    ${mark(outcome, style)} ${effect} ${style.bold(shown(rule))}: ${verdict}${parts.length === 0 ? ", for it has no parts" : ""}\n`;
  const width = Math.max(0, ...parts.map(({ part }) => part.length));
  const lines = parts.map((part) => {
    const name = part.part.padEnd(width);
    if (part.outcome === "matched") return `      ${mark(part.outcome, style)} ${name}  ${style.dim(shown(part.got))}\n`;
    const got = part.got === "" ? "nothing" : shown(part.got);
    return `      ${mark(part.outcome, style)} ${name}  wanted ${shown(part.wanted)}, got ${got}\n`;
  });
  return head + lines.join("");
}

function mark(outcome: PartOutcome, style: Style): string {
  switch (outcome) {
    case "matched":
      return style.green("+");
    case "not matched":
      return style.red("-");
    case "unknown":
      return style.yellow("?");
    default:
      return outcome satisfies never;
  }
}

function shown(text: string): string {
  return printable(text, MAX_TEXT);
}
