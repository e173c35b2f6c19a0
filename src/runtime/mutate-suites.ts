import { objectKey, objectRef } from "../api/resource.ts";
import { differencesOf } from "../cli/test/differences.ts";
import type { MutationReport, Survivor } from "../cli/test/report.ts";
import { type Mutant, mutantsOf } from "../policy/coverage/mutants.ts";
import { decide } from "../policy/decide/decide.ts";
import type { FiledPolicy } from "./suite-manifests.ts";
import type { PreparedSuite } from "./suite-run.ts";

export interface MutationLimits {
  /** Milliseconds. */
  readonly time: number;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
}

/** Makes every mutant of the suites' policies in turn, and tries whether a test notices it. All tests must pass before. */
export async function mutateSuites(suites: readonly PreparedSuite[], { time, elapsed }: MutationLimits): Promise<MutationReport> {
  const end = elapsed() + time;
  const equivalents = new Map(suites.flatMap(({ suite }) => [...suite.equivalents]));
  const policies = new Map(suites.flatMap(({ manifests }) => manifests.policies.map((policy) => [policy.key, policy] as const)));
  const survivors: Survivor[] = [];
  const explained: MutationReport["explained"][number][] = [];
  const untriedIds = new Set<string>();
  let tried = 0;
  let untried = 0;
  for (const policy of policies.values()) {
    const concerned = suites.filter(({ manifests }) => manifests.policies.some(({ key }) => key === policy.key));
    for (const mutant of mutantsOf(policy.policy)) {
      if (elapsed() > end) {
        untried++;
        untriedIds.add(mutant.id);
        continue;
      }
      const outcome = await tryMutant(mutant, policy, concerned);
      if (outcome === "not viable") continue;
      tried++;
      if (outcome === "noticed") continue;
      const survivor = survivorOf(mutant, policy);
      const why = equivalents.get(mutant.id)?.why;
      if (why === undefined) survivors.push(survivor);
      else explained.push({ ...survivor, why });
    }
  }
  const known = new Set([...explained.map(({ id }) => id), ...untriedIds]);
  const stale = [...equivalents].filter(([id]) => !known.has(id)).map(([id, { source }]) => ({ id, source }));
  return { tried, untried, survivors, explained, stale };
}

/** A mutant is noticed by the first test that it fails. One that does not compile is none: nobody could put it in force. */
async function tryMutant(
  mutant: Mutant,
  { key }: FiledPolicy,
  suites: readonly PreparedSuite[],
): Promise<"noticed" | "survives" | "not viable"> {
  for (const { manifests, tests, ports } of suites) {
    const { plan, diagnostics } = manifests.compileWith(key, mutant.policy);
    if (diagnostics.some(({ severity }) => severity === "error")) return "not viable";
    for (const { test, request } of tests) {
      const decision = await decide(plan, request, ports);
      if (differencesOf(test.expect, decision, await decision.shadows).length > 0) return "noticed";
    }
  }
  return "survives";
}

function survivorOf({ id, path, change }: Mutant, { policy, locate }: FiledPolicy): Survivor {
  const source = locate(path);
  return { id, policy: objectKey(objectRef(policy)), path, change, ...(source === undefined ? {} : { source }) };
}
