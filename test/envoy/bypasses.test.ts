import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attack, type Bypass, type Caller, FORMS, type Form, type Outcome, outcomeOf } from "../bypasses/bypass.ts";
import { createCredentials } from "../bypasses/credentials.ts";
import { type Lures, startLures } from "../bypasses/lures.ts";
import { bypassManifests } from "../bypasses/manifests.ts";
import { BYPASSES } from "../bypasses/table.ts";
import { BODY_LIMIT, bytesOf } from "../bypasses/wire.ts";
import { type Control, controlOf, WORLDS, type WorldName, workloadOf } from "../bypasses/worlds.ts";
import { signOddCertificate } from "./fixtures/certificate.ts";
import type { Call, CallResult, ClientCertificate } from "./harness/call.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);

type Throughput = Attack & { readonly envoy: NonNullable<Attack["envoy"]> };

/** Every attack that can be sent to a sidecar, with what becomes of it there. */
function attacksOf(bypass: Bypass): readonly Throughput[] {
  return bypass.applies && "attacks" in bypass
    ? bypass.attacks.filter((attack): attack is Throughput => attack.envoy !== undefined)
    : [];
}

const classes: readonly Bypass[] = [...BYPASSES.values()].flat().filter((bypass) => attacksOf(bypass).length > 0);
const worlds = [...new Set(classes.flatMap(attacksOf).map(({ world }) => world))];
const BUFFERING: ReadonlySet<WorldName> = new Set(["json", "form"]);

describe.skipIf(envoy === undefined)("attacks, each through a real Envoy", () => {
  const credentials = createCredentials();
  let world: World;
  let lures: Lures;
  const certificates = new Map<string, Promise<ClientCertificate>>();

  beforeAll(async () => {
    lures = await startLures();
    world = await startWorld({
      envoy: envoy ?? "",
      services: worlds.flatMap((name) =>
        FORMS.map((form) => ({
          name: workloadOf(name, form),
          labels: { app: workloadOf(name, form) },
          ...(BUFFERING.has(name) && { body: { maxBytes: BODY_LIMIT } }),
        })),
      ),
      door: { manifests: bypassManifests(credentials, lures.ports) },
    });
  });
  afterAll(async () => {
    await world?.stop();
    lures?.stop();
  });

  const certificateOf = (caller: Exclude<Caller, "nobody">): Promise<ClientCertificate> => {
    const key = JSON.stringify(caller);
    const uris = "principal" in caller ? [caller.principal] : "uris" in caller ? caller.uris : [];
    const made = certificates.get(key) ?? signOddCertificate(world.authority, { ...caller, uris });
    certificates.set(key, made);
    return made;
  };

  const bytes = (text: string): string => bytesOf(text).toString("latin1");

  const send = async (attack: Omit<Attack, "what">, form: Form): Promise<CallResult> => {
    const { caller = { principal: "spiffe://cluster.local/ns/shop/sa/frontend" }, method, body, raw } = attack;
    const fill = (text: string): string => bytes(credentials.fill(text).replaceAll("{form}", form));
    const call: Call = {
      ...(caller !== "nobody" && { clientCertificate: await certificateOf(caller) }),
      ...(method !== undefined && { method }),
      ...(attack.path !== undefined && { path: fill(attack.path) }),
      ...(attack.host !== undefined && { host: fill(attack.host) }),
      ...(attack.headers && { headers: attack.headers.map(([name, value]): readonly [string, string] => [name, fill(value)]) }),
      ...(body !== undefined && { body: bytes(body) }),
      ...(raw !== undefined && { raw: fill(raw) }),
      ...(attack.http2 && { protocol: "http2" }),
    };
    return await world.call(workloadOf(attack.world, form), call);
  };

  const told = (outcome: Outcome, result: CallResult, reached: number): readonly [unknown, unknown] => {
    const reason = new Map(result.headers).get("x-sallyport-reason");
    if (typeof outcome === "string")
      return [
        { reason, reached },
        { reason: outcome, reached: 0 },
      ];
    if ("envoy" in outcome)
      return [
        { status: result.status, reason, reached },
        { status: outcome.envoy, reason: undefined, reached: 0 },
      ];
    const seen = result.upstreamSaw?.headers.map(([name]) => name) ?? [];
    return [
      { reason, reached, seen: outcome.removed.filter((name) => seen.includes(name)) },
      { reason: undefined, reached: 1, seen: [] },
    ];
  };

  for (const name of worlds) {
    const control: Control | undefined = name === "gateway" || name === "addresses" ? undefined : controlOf(name);
    if (control === undefined) continue;
    test(`${name}: what both forms mean to let through reaches the service`, async () => {
      const results = await Promise.all(FORMS.map((form) => send({ world: name, ...control }, form)));
      expect(results.map(({ status }) => status)).toEqual([200, 200]);
    });
  }

  for (const bypass of classes) {
    for (const form of FORMS) {
      test(`${bypass.id}: ${bypass.what}, against ${form === "allow" ? "an Allow list" : "an Allow-all with a Deny"}`, async () => {
        const seen: unknown[] = [];
        const wanted: unknown[] = [];
        for (const attack of attacksOf(bypass)) {
          const upstream = world.upstream(workloadOf(attack.world, form));
          const before = upstream.seen.length;
          const result = await send(attack, form);
          const [is, must] = told(outcomeOf(attack.envoy, form), result, upstream.seen.length - before);
          seen.push([attack.what, is]);
          wanted.push([attack.what, must]);
        }
        expect(seen).toEqual(wanted);
      });
    }
  }

  test("every world is one that there is", () => {
    expect(worlds.filter((name) => !(name in WORLDS))).toEqual([]);
  });
});
