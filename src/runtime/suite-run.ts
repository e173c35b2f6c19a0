import { differencesOf } from "../cli/test/differences.ts";
import type { TestOutcome } from "../cli/test/report.ts";
import type { Suite, SuiteTest } from "../cli/test/suite.ts";
import { observePlan } from "../policy/coverage/observe.ts";
import { decideObserved } from "../policy/coverage/observed-decision.ts";
import type { Tally } from "../policy/coverage/tally.ts";
import type { DecisionPorts } from "../policy/decide/decide.ts";
import { explain } from "../policy/decide/explain.ts";
import type { Plan } from "../policy/model/plan.ts";
import type { Request } from "../policy/model/request.ts";
import type { SuiteManifests } from "./suite-manifests.ts";

/** A suite that can be run: its policies are read, its requests complete. */
export interface PreparedSuite {
  readonly suite: Suite;
  readonly manifests: SuiteManifests;
  readonly plan: Plan;
  readonly ports: DecisionPorts;
  readonly tests: readonly PreparedTest[];
  close(): Promise<void>;
}

export interface PreparedTest {
  readonly test: SuiteTest;
  /** With its credentials where they belong. */
  readonly request: Request;
}

/** Decides every test of the suite and explains it; what was seen of the rules goes to `tally`. */
export async function runSuite({ plan, ports, tests }: PreparedSuite, tally: Tally): Promise<readonly TestOutcome[]> {
  const observed = observePlan(plan, tally);
  const outcomes: TestOutcome[] = [];
  for (const { test, request } of tests) {
    const report = await explain(plan, request, ports);
    const decision = await decideObserved(observed, request, ports, report.trace, tally);
    const differences = differencesOf(test.expect, decision, await decision.shadows);
    outcomes.push({ name: test.name, source: test.source, differences, report });
  }
  return outcomes;
}
