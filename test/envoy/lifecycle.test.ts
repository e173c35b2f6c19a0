import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createCheckClient } from "../extauthz/check-client.ts";
import { createIssuer } from "./fixtures/issuer.ts";
import { type KeyServer, startKeyServer } from "./fixtures/key-server.ts";
import { documents, manifest, service } from "./fixtures/manifests.ts";
import type { Call, CallResult, ClientCertificate } from "./harness/call.ts";
import type { DataPlane } from "./harness/data-plane.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);

const SERVING = 1;
const NOT_SERVING = 2;
const DRAIN_TIMEOUT = 2_000;

const issuer = createIssuer("https://slow.example");

const readers = {
  name: "frontend-reads",
  effect: "Allow",
  from: [{ serviceAccounts: ["shop/frontend"] }],
  to: [{ methods: ["GET"] }],
};
const users = { name: "users-read", effect: "Allow", from: [{ authentication: ["users"] }], to: [{ methods: ["GET"] }] };
const probe = { name: "probe", effect: "Allow", from: [{ serviceAccounts: ["shop/probe"] }] };

function orders(rules: readonly unknown[]): string {
  return manifest("APIPolicy", "orders", {
    targetRefs: [{ group: "", kind: "Service", name: "orders" }],
    peer: { mtls: "Optional" },
    authentication: [{ name: "users", jwt: { providerRef: { name: "slow" }, audiences: ["orders"] } }],
    rules,
  });
}

const GOOD = orders([readers, users]);

describe.skipIf(envoy === undefined)("the life of a data plane behind a real Envoy", () => {
  let world: World;
  let door: DataPlane;
  let keys: KeyServer;
  let frontend: ClientCertificate;
  let stranger: ClientCertificate;

  beforeAll(async () => {
    keys = await startKeyServer(issuer.jwks);
    world = await startWorld({
      envoy: envoy ?? "",
      services: [
        { name: "orders", doorTimeout: 10_000 },
        { name: "ledger", doorTimeout: 10_000 },
      ],
      door: {
        manifests: {
          "orders.yaml": GOOD,
          "ledger.yaml": manifest("APIPolicy", "ledger", {
            targetRefs: [{ group: "", kind: "Service", name: "ledger" }],
            rules: [readers],
          }),
          "provider.yaml": manifest("IdentityProvider", "slow", {
            issuer: issuer.url,
            jwksUri: keys.url,
            allowPrivateAddresses: true,
          }),
          "services.yaml": documents(service("orders"), service("ledger")),
        },
        arguments: ["--drain-timeout", `${DRAIN_TIMEOUT}ms`],
      },
    });
    if (world.dataPlane === undefined) throw new Error("the world has no data plane");
    door = world.dataPlane;
    frontend = await world.clientOf("shop/frontend");
    stranger = await world.clientOf("shop/probe");
  });
  afterAll(async () => {
    await world?.stop();
    keys?.stop();
  });
  const traffic: AbortController[] = [];
  afterEach(() => {
    keys.release();
    for (const ended of traffic.splice(0)) ended.abort();
  });

  const reads = (to = "orders", more: Call = {}): Promise<CallResult> => world.call(to, { clientCertificate: frontend, ...more });
  const probed = async (): Promise<number> => (await world.call("orders", { clientCertificate: stranger })).status;
  const withToken = (): Promise<CallResult> =>
    world.call("orders", { headers: [["authorization", `Bearer ${issuer.token({ jti: String(Math.random()) })}`]] });

  /** Calls without pause, each kind after its own, until it is told to stop; gives every status that was seen, and how often. */
  function startTraffic(...kinds: readonly (() => Promise<CallResult>)[]): () => Promise<ReadonlyMap<number, number>> {
    const statuses = new Map<number, number>();
    const ended = new AbortController();
    traffic.push(ended);
    const loops = kinds.map(async (next) => {
      while (!ended.signal.aborted) {
        const { status } = await next();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    return async () => {
      ended.abort();
      await Promise.all(loops);
      return statuses;
    };
  }

  const metric = async (name: string): Promise<number> => {
    const { body } = await door.admin("/metrics");
    return Number(
      body
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    );
  };

  test("a policy changes many times under traffic: each change is felt, and no call fails", async () => {
    const generation = await metric("sallyport_plan_generation");
    const stop = startTraffic(
      () => reads(),
      () => reads("orders", { protocol: "http2" }),
      () => withToken(),
      () => reads("ledger"),
    );
    for (let round = 0; round < 4; round++) {
      await door.write("orders.yaml", orders([probe, readers, users]));
      await until(async () => (await probed()) === 200, "the new rule");
      await door.write("orders.yaml", GOOD);
      await until(async () => (await probed()) !== 200, "the rule to be gone");
      await door.write("more.yaml", manifest("APIPolicy", "more", { peer: { mtls: "Optional" }, rules: [probe] }));
      await until(async () => (await probed()) === 200, "the second policy");
      await door.write("more.yaml", undefined);
      await until(async () => (await probed()) !== 200, "the second policy to be gone");
    }
    const statuses = await stop();
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(100);
    expect(await metric("sallyport_plan_generation")).toBeGreaterThanOrEqual(generation + 16);
  });

  for (const [what, broken, told] of [
    ["no YAML", "kind: [", /^\[!\]\S*orders\.yaml warn: cannot be read; its last good content is in force$/m],
    ["a policy with a fault", GOOD.replace('"Allow"', '"Alow"'), /orders\.yaml:\d+:\d+ warn: spec\.rules\[0\]\.effect: `Alow`/],
    ["a policy without its end", GOOD.slice(0, GOOD.length / 2), /orders\.yaml/],
  ] as const) {
    test(`a file that becomes ${what} leaves its last good version in force, and is told`, async () => {
      const stop = startTraffic(
        () => reads(),
        () => withToken(),
      );
      await door.write("orders.yaml", broken);
      await until(async () => told.test((await door.admin("/readyz?verbose")).body), "word of the fault at /readyz?verbose");
      expect({
        ready: (await door.admin("/readyz")).status,
        faults: (await metric('sallyport_plan_faults{severity="error"}')) > 0,
        stranger: await probed(),
        others: (await reads("ledger")).status,
      }).toEqual({ ready: 200, faults: true, stranger: 401, others: 200 });
      await door.write("orders.yaml", GOOD);
      await until(async () => (await metric('sallyport_plan_faults{severity="error"}')) === 0, "the fault to be gone");
      expect(told.test((await door.admin("/readyz?verbose")).body)).toBe(false);
      expect([...(await stop()).keys()]).toEqual([200]);
    });
  }

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    test(`gone by ${signal} under calls, it lets nothing through, and the first call after its return is answered`, async () => {
      const reached = world.upstream("orders").seen.length;
      const stop = startTraffic(
        () => reads(),
        () => reads("orders", { protocol: "http2" }),
      );
      const stopDenied = startTraffic(() => world.call("orders", { clientCertificate: stranger }));
      await until(() => world.upstream("orders").seen.length > reached + 10, "calls before the end");
      await door.stop(signal);
      const gone = await Promise.all([reads(), reads("orders", { protocol: "http2" }), world.call("orders", {}), probed()]);
      await door.start();
      const back = await reads();
      const [statuses, denied] = [await stop(), await stopDenied()];
      expect(gone.map((one) => (typeof one === "number" ? one : one.status))).toEqual([503, 503, 503, 503]);
      expect(back.status).toBe(200);
      expect([...statuses.keys()].toSorted((left, right) => left - right)).toEqual([200, 503]);
      expect([...denied.keys()].toSorted((left, right) => left - right)).toEqual([401, 503]);
      // What was let through is what was answered 200: nothing reached the service beside that.
      expect(world.upstream("orders").seen.length - reached).toBe((statuses.get(200) ?? 0) + 1);
    });
  }

  /** Restarts the data plane with its provider silent, and begins calls that wait for the provider's keys. */
  async function callsInFlight(count: number, ...more: readonly string[]): Promise<readonly Promise<CallResult>[]> {
    await door.stop("SIGKILL");
    keys.hold();
    await door.start(...more);
    const calls = Array.from({ length: count }, withToken);
    await until(async () => (await metric("sallyport_inflight_calls")) === count, "the calls to be in flight");
    return calls;
  }

  for (const transport of ["grpc-js", "fast"] as const) {
    test(`SIGTERM on ${transport}: it says that it does not serve, answers what is in flight, and exits 0`, async () => {
      const calls = await callsInFlight(8, "--transport", transport);
      const client = createCheckClient(`127.0.0.1:${door.grpcPort}`);
      const serving = async (): Promise<boolean> => Reflect.get(await client.health(""), "status") === SERVING;
      const states: number[] = [];
      const watch = transport === "grpc-js" ? client.watch("", (state) => states.push(state)) : undefined;
      await until(async () => (watch === undefined ? await serving() : states.length === 1), "the state of health");
      const began = Date.now();
      const stopped = door.stop("SIGTERM");
      // The calls are answered only after the world was told.
      await until(async () => (watch === undefined ? !(await serving()) : states.at(-1) === NOT_SERVING), "word of the end");
      const during = (await door.admin("/readyz")).status;
      keys.release();
      const exit = await stopped;
      await watch;
      client.close();
      expect({ exit, during, states, statuses: (await Promise.all(calls)).map(({ status }) => status) }).toEqual({
        exit: { code: 0, signal: null },
        during: 503,
        states: watch === undefined ? [] : [SERVING, NOT_SERVING],
        statuses: Array.from(calls, () => 200),
      });
      expect(Date.now() - began).toBeLessThan(DRAIN_TIMEOUT);
      expect((await reads()).status).toBe(503);
      await door.start();
    });
  }

  test("SIGTERM while a call waits for what does not come: it is refused in so many words, and the exit is 0 within the deadline", async () => {
    const [call] = await callsInFlight(1);
    const began = Date.now();
    const stopped = door.stop("SIGTERM");
    await until(async () => (await door.admin("/readyz")).status === 503, "the end of readiness");
    expect((await door.admin("/readyz?verbose")).body).toMatch(/^\[-\]drain fail: the process is ending$/m);
    const [exit, result] = [await stopped, await call];
    expect({
      exit,
      status: result?.status,
      reason: new Map(result?.headers).get("x-sallyport-reason"),
      reached: result?.upstreamSaw,
    }).toEqual({ exit: { code: 0, signal: null }, status: 503, reason: "deadline", reached: undefined });
    expect(Date.now() - began).toBeLessThan(DRAIN_TIMEOUT + 1_500);
    keys.release();
    await door.start();
  });

  for (const [what, spoil] of [
    ["is no YAML", () => door.write("spoilt.yaml", "kind: [")],
    ["cannot be read", () => symlink("nowhere.yaml", join(door.directory, "spoilt.yaml"))],
    [
      "has a policy whose namespace cannot be told",
      () =>
        door.write(
          "spoilt.yaml",
          "apiVersion: sallyport.dev/v1alpha1\nkind: APIPolicy\nmetadata: { name: x, namespace: 7 }\nspec: {}\n",
        ),
    ],
  ] as const) {
    test(`a start with a file that ${what} denies everything until it can be read`, async () => {
      await door.stop();
      await spoil();
      await door.start();
      const denied = [await reads(), await reads("ledger"), await world.call("orders", {}), await world.call("ledger", {})];
      expect(denied.map(({ status, headers }) => [status, new Map(headers).get("x-sallyport-reason")])).toEqual(
        denied.map(() => [503, "policy_invalid"]),
      );
      expect((await door.admin("/readyz?verbose")).body).toMatch(/every target denies|spoilt\.yaml/);
      await rm(join(door.directory, "spoilt.yaml"));
      await until(async () => (await reads()).status === 200, "the repair to be seen");
      expect([(await reads("ledger")).status, await probed()]).toEqual([200, 401]);
    });
  }
});
