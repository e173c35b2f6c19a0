import type { Share } from "../../policy/coverage/coverage.ts";
import { printable } from "../../telemetry/printable.ts";
import type { Style } from "../style.ts";
import type { LocatedCoverage, TestReport } from "./report.ts";

const MAX_TEXT = 200;

/** A table of the rules: how often each decided and matched, and what was never seen of its parts. */
export function renderCoverage({ coverage, totals }: Pick<TestReport, "coverage" | "totals">, style: Style): string {
  if (coverage.length === 0) return "";
  const width = Math.max(...coverage.map(({ effect, rule }) => effect.length + 1 + rule.length), 4);
  const lines: string[] = [];
  let policy: string | undefined;
  for (const rule of coverage) {
    const place = rule.source === undefined ? rule.policy : `${rule.policy} (${rule.source.file})`;
    if (place !== policy) lines.push(`  ${printable(place, MAX_TEXT)}\n`);
    policy = place;
    lines.push(renderRule(rule, width, style));
  }
  const head = `${style.bold("coverage")}${" ".repeat(width - 4)}${style.dim("decided  matched")}\n`;
  return `${head}${lines.join("")}  rules ${shareText(totals.rules)}, parts ${shareText(totals.parts)}\n`;
}

function renderRule(rule: LocatedCoverage, width: number, style: Style): string {
  const name = printable(`${rule.effect} ${rule.rule}`, MAX_TEXT).padEnd(width);
  const counts = `${String(rule.decided).padStart(7)}  ${String(rule.matched).padStart(7)}`;
  const never = rule.effect === "Audit" ? "never recorded" : "never decides";
  const verdict = rule.decided > 0 ? "" : `  ${style.red(rule.matched > 0 ? never : "never matches")}`;
  const parts = rule.parts.flatMap((part) => {
    const lacks = [part.true === 0 ? "never true" : "", part.false === 0 && !part.constant ? "never false" : ""];
    const told = lacks.filter((lack) => lack !== "").join(", ");
    return told === "" ? [] : [`      ${style.yellow(told)}: ${printable(part.part, MAX_TEXT)}\n`];
  });
  return `    ${name}${counts}${verdict}\n${parts.join("")}`;
}

function shareText({ covered, total, percent }: Share): string {
  return `${covered} of ${total} (${percent} %)`;
}
