import type { ConfigFault } from "../../config/config.ts";
import type { OwnFlag } from "../../config/flags.ts";
import type { CommandResult } from "../command-result.ts";
import type { Style } from "../style.ts";
import { renderTestJson } from "./render-json.ts";
import { renderTestJunit } from "./render-junit.ts";
import { renderTestText } from "./render-text.ts";
import type { TestReport } from "./report.ts";

/** What a run is told beside its paths. */
export interface TestOptions {
  /** Tests whose name does not hold this text, in whatever case, are left out. */
  readonly filter?: string;
  /** Milliseconds for trying mutants; absent where none are asked for. */
  readonly mutationTime?: number;
}

export interface TestFlags extends TestOptions {
  readonly format: TestFormat;
  /** Per cent. */
  readonly threshold?: number;
}

type TestFormat = (typeof FORMATS)[number];

const FORMATS = ["text", "json", "junit"] as const;
const DEFAULT_MUTATION_SECONDS = 60;
const MOST_MUTATION_SECONDS = 86_400;

export const TEST_FLAGS: readonly OwnFlag[] = [
  { flag: "output", short: "o", placeholder: "FORMAT", description: "`text`, `json` or `junit` (default: text)" },
  { flag: "filter", placeholder: "TEXT", description: "run only tests whose name holds this text, in whatever case" },
  {
    flag: "coverage-threshold",
    placeholder: "PERCENT",
    description: "fail where fewer of the rules, or of their parts, are covered by the tests",
  },
  { flag: "mutate", description: "change each part of each rule in turn, and fail where no test notices" },
  {
    flag: "mutate-seconds",
    placeholder: "SECONDS",
    description: `how long to try mutants; those that are left then count as a failure (default: ${DEFAULT_MUTATION_SECONDS})`,
  },
];

/** Reads the command's own flags; what is wrong with them is added to `faults`. */
export function readTestFlags(given: ReadonlyMap<string, string>, faults: ConfigFault[]): TestFlags {
  const output = given.get("output") ?? "text";
  const format = FORMATS.find((known) => known === output);
  if (format === undefined) {
    faults.push({
      source: "flag --output",
      message: `\`${output}\` is not \`text\`, \`json\` or \`junit\``,
      help: "write `-o junit`",
    });
  }
  const threshold = wholeNumber(given.get("coverage-threshold"), "coverage-threshold", 100, faults);
  const seconds = wholeNumber(given.get("mutate-seconds"), "mutate-seconds", MOST_MUTATION_SECONDS, faults);
  const mutate = given.has("mutate");
  if (seconds !== undefined && !mutate) {
    faults.push({
      source: "flag --mutate-seconds",
      message: "says how long to try mutants, but none are asked for",
      help: "add `--mutate`",
    });
  }
  const filter = given.get("filter");
  return {
    format: format ?? "text",
    ...(filter === undefined ? {} : { filter }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(mutate ? { mutationTime: 1000 * (seconds ?? DEFAULT_MUTATION_SECONDS) } : {}),
  };
}

function wholeNumber(text: string | undefined, flag: string, most: number, faults: ConfigFault[]): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,6}$/u.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  faults.push({
    source: `flag --${flag}`,
    message: `\`${text}\` is not a whole number from 0 to ${most}`,
    help: `write \`--${flag} ${Math.min(80, most)}\``,
  });
  return undefined;
}

export function renderTest(report: TestReport, { format, threshold }: TestFlags, style: Style): CommandResult {
  switch (format) {
    case "text":
      return renderTestText(report, threshold, style);
    case "json":
      return renderTestJson(report, threshold);
    case "junit":
      return renderTestJunit(report, threshold);
    default:
      return format satisfies never;
  }
}
