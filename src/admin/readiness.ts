import { printable } from "../telemetry/printable.ts";

/** `warn` is told and holds readiness: a policy file that does not parse, while the others are in force. */
type CheckState = "ok" | "warn" | "fail";

export interface Check {
  /** A short word: `policies`, `grpc`, `orders.yaml`. */
  readonly name: string;
  readonly state: CheckState;
  /** `generation 3, 12 s old`; lower-case start, no full stop. */
  readonly message: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** At least one for each reason not to be ready. */
  readonly checks: readonly Check[];
}

const MARKS: Readonly<Record<CheckState, string>> = { ok: "[+]", warn: "[!]", fail: "[-]" };

/** One line; what fails is named, for `kubectl describe pod` shows a probe's body. */
export function renderReadiness({ ready, checks }: Readiness): string {
  if (ready) return "ready\n";
  const failing = checks
    .filter(({ state }) => state === "fail")
    .map(({ name, message }) => `${oneLine(name)}: ${oneLine(message)}`);
  return `not ready${failing.length === 0 ? "" : `: ${failing.join("; ")}`}\n`;
}

/** A line a check, in the marks that the API server's own `/readyz?verbose` uses, failures last as there. */
export function renderChecks({ ready, checks }: Readiness): string {
  const lines = checks.map(({ name, state, message }) => `${MARKS[state]}${oneLine(name)} ${state}: ${oneLine(message)}\n`);
  return `${lines.join("")}${ready ? "ready" : "not ready"}\n`;
}

/** File names and policy faults hold what somebody wrote: a line of ours stays one line. */
function oneLine(text: string): string {
  return printable(text, 1024);
}
