import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Children, createChildren } from "../../scripts/components/children.ts";
import { REASONS, type Reason } from "../../src/policy/model/reason.ts";
import { createDataPlane, type DataPlane } from "../envoy/harness/data-plane.ts";
import { type CheckClient, createCheckClient } from "../extauthz/check-client.ts";
import { type Attack, type Bypass, FORMS, type Form, type Outcome, outcomeOf } from "./bypass.ts";
import { createCredentials } from "./credentials.ts";
import { type Lures, startLures } from "./lures.ts";
import { bypassManifests } from "./manifests.ts";
import { createScenarios } from "./scenarios.ts";
import { BYPASSES } from "./table.ts";
import { readVerdict, type Verdict } from "./verdict.ts";
import { checkRequest } from "./wire.ts";
import { type Control, controlOf, WORLDS } from "./worlds.ts";

const classes: readonly Bypass[] = [...BYPASSES.values()].flat();

describe("attacks, each by a CheckRequest to a data plane", () => {
  const credentials = createCredentials();
  let children: Children;
  let directory: string;
  let lures: Lures;
  let door: DataPlane;
  let client: CheckClient;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sallyport-bypasses-"));
    children = createChildren();
    lures = await startLures();
    door = await createDataPlane(children, directory, { manifests: bypassManifests(credentials, lures.ports) });
    await door.start();
    client = createCheckClient(`127.0.0.1:${door.grpcPort}`);
  }, 30_000);
  afterAll(async () => {
    client?.close();
    await children?.stop();
    lures?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const ask = async (attack: Omit<Attack, "what">, form: Form): Promise<Verdict> =>
    readVerdict(await client.check(await checkRequest(attack, form, credentials.fill)));

  /** What an outcome demands of a verdict, and what it says of it. */
  const told = (outcome: Outcome, attack: Attack, verdict: Verdict): readonly [unknown, unknown] => {
    if (typeof outcome === "string") return [verdict.refused, outcome];
    if ("envoy" in outcome) throw new Error("a CheckRequest does not go through Envoy");
    const sent = new Set((attack.headers ?? []).map(([name]) => name.toLowerCase()));
    return [
      {
        refused: verdict.refused,
        set: outcome.removed.filter((name) => verdict.set.includes(name)),
        removed: outcome.removed.filter((name) => sent.has(name) && !verdict.removed.includes(name)),
      },
      { refused: undefined, set: [], removed: [] },
    ];
  };

  for (const world of Object.keys(WORLDS) as (keyof typeof WORLDS)[]) {
    const control: Control | undefined = controlOf(world);
    if (control === undefined) continue;
    test(`${world}: what both forms mean to let through, they do`, async () => {
      const verdicts = await Promise.all(FORMS.map((form) => ask({ world, ...control }, form)));
      expect(verdicts.map(({ refused }) => refused)).toEqual([undefined, undefined]);
    });
  }

  for (const [group, list] of BYPASSES) {
    describe(`on ${group.toLowerCase()}`, () => {
      for (const bypass of list) {
        if (!bypass.applies || !("attacks" in bypass)) continue;
        const attacks = bypass.attacks.filter(({ wire }) => wire !== undefined);
        for (const form of FORMS) {
          test(`${bypass.id}: ${bypass.what}, against ${form === "allow" ? "an Allow list" : "an Allow-all with a Deny"}`, async () => {
            const seen: unknown[] = [];
            const wanted: unknown[] = [];
            for (const attack of attacks) {
              const [is, must] = told(outcomeOf(attack.wire ?? "internal", form), attack, await ask(attack, form));
              seen.push([attack.what, is]);
              wanted.push([attack.what, must]);
            }
            expect(seen).toEqual(wanted);
          });
        }
      }
    });
  }

  describe("courses of events", () => {
    const scenarios = createScenarios(() => ({ door, client, ask, lures, credentials }));
    for (const bypass of classes) {
      if (!bypass.applies || !("scenario" in bypass)) continue;
      test(`${bypass.id}: ${bypass.what}: ${bypass.scenario}`, async () => {
        const play = scenarios.get(bypass.id);
        await expect(play?.() ?? Promise.reject(new Error(`nobody plays ${bypass.id}`))).resolves.toBeUndefined();
      });
    }
  });
});

describe("the table of attacks", () => {
  test("holds each class once, in order", () => {
    expect(classes.map(({ id }) => id)).toEqual(Array.from({ length: 105 }, (_, at) => `B${String(at + 1).padStart(2, "0")}`));
  });

  test("expects a refusal of every attack, or that the service does not see it", () => {
    const outcomes = classes.flatMap((bypass) =>
      bypass.applies && "attacks" in bypass
        ? bypass.attacks.flatMap(({ wire, envoy }) =>
            FORMS.flatMap((form) => [wire, envoy].map((one) => one && outcomeOf(one, form))),
          )
        : [],
    );
    const admitted = outcomes.filter(
      (outcome): outcome is Reason => typeof outcome === "string" && REASONS[outcome].class === "allow",
    );
    expect(admitted).toEqual([]);
  });
});
