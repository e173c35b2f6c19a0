import { printable } from "../../telemetry/printable.ts";
import { plural } from "../diagnostics-text.ts";
import type { Style } from "../style.ts";
import { type MutationReport, positionText, type Survivor } from "./report.ts";

const MAX_TEXT = 400;

/** The mutants that no test noticed, each where the policy could be changed without a test failing. */
export function renderMutation(mutation: MutationReport | undefined, style: Style): string {
  if (mutation === undefined) return "";
  const { tried, untried, survivors, explained, stale } = mutation;
  const head = `${style.bold("mutants")}\n`;
  const lines = [
    ...survivors.map((survivor) => `  ${style.red("survives")} ${renderSurvivor(survivor, style)}`),
    ...explained.map((survivor) => `  ${style.dim("explained")} ${shown(survivor.id)}: ${shown(survivor.why)}\n`),
    ...stale.map(
      ({ id, source }) =>
        `  ${style.red("stale")} ${shown(positionText(source))}: \`${shown(id)}\` is noticed by a test, or is no mutant\n`,
    ),
  ];
  const noticed = tried - survivors.length - explained.length;
  const rest = [
    `${noticed} of ${plural(tried, "mutant")} noticed`,
    explained.length === 0 ? "" : `${explained.length} explained`,
    untried === 0 ? "" : `${untried} not tried`,
  ];
  return `${head}${lines.join("")}  ${rest.filter((part) => part !== "").join(", ")}\n`;
}

function renderSurvivor({ id, policy, path, change, source }: Survivor, style: Style): string {
  const place = source === undefined ? "" : `${shown(positionText(source))}: `;
  return `${place}${shown(change)} ${style.dim(`in ${shown(policy)} ${shown(path)}`)}\n    ${style.dim(shown(id))}\n`;
}

function shown(text: string): string {
  return printable(text, MAX_TEXT);
}
