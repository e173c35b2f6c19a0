import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { PlaygroundCall } from "./calls.ts";

const run = promisify(execFile);

export interface CheckedCall {
  readonly call: PlaygroundCall;
  /** What was wrong with the answer; empty if nothing was. */
  readonly faults: readonly string[];
}

/** Milliseconds until a decision's event must have been written. */
const EVENT_LIMIT = 3_000;

/**
 * Runs each printed line in a shell, exactly as printed, and compares what comes back with what was promised.
 * `reasons` gives the reasons of the decisions logged so far.
 */
export async function checkCalls(
  calls: readonly PlaygroundCall[],
  reasons: () => readonly string[],
): Promise<readonly CheckedCall[]> {
  const checked: CheckedCall[] = [];
  for (const call of calls) {
    const before = reasons().length;
    const answer = await run("/bin/sh", ["-c", `${call.command} --silent --show-error --max-time 10`]).catch(
      (error: Error & { stderr?: string }) => error,
    );
    if (answer instanceof Error) {
      checked.push({ call, faults: [answer.stderr?.trim() || answer.message] });
      continue;
    }
    const faults: string[] = [];
    const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(answer.stdout)?.[1]);
    if (status !== call.status) faults.push(`status ${status} instead of ${call.status}`);
    for (const text of call.shows) if (!answer.stdout.includes(text)) faults.push(`the answer does not contain ${text}`);
    if (!(await happens(() => reasons().slice(before).includes(call.reason))))
      faults.push(`no decision with the reason ${call.reason} but ${reasons().slice(before).join(", ") || "none"}`);
    checked.push({ call, faults });
  }
  return checked;
}

/** Events are written behind the calls. */
async function happens(condition: () => boolean): Promise<boolean> {
  const limit = Date.now() + EVENT_LIMIT;
  while (!condition()) {
    if (Date.now() > limit) return false;
    await delay(20);
  }
  return true;
}
