import { expect } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import { createExtAuthzServer } from "../../src/extauthz/service.ts";
import { createSystemClock } from "../../src/identity/clock.ts";
import { createPeerReader } from "../../src/identity/mtls/peer-reader.ts";
import { createCheckAnswering } from "../../src/runtime/answer-check.ts";
import { PlanHolder } from "../../src/runtime/plan-holder.ts";
import { createIssuer } from "../envoy/fixtures/issuer.ts";
import { startKeyServer } from "../envoy/fixtures/key-server.ts";
import { documents, manifest, provider } from "../envoy/fixtures/manifests.ts";
import type { DataPlane } from "../envoy/harness/data-plane.ts";
import { until } from "../envoy/harness/until.ts";
import { type CheckClient, createCheckClient } from "../extauthz/check-client.ts";
import { encodeCheckRequest } from "../extauthz/wire-types.ts";
import { type Attack, FORMS, type Form } from "./bypass.ts";
import type { Credentials } from "./credentials.ts";
import type { Lures } from "./lures.ts";
import { readVerdict, type Verdict } from "./verdict.ts";
import { controlOf } from "./worlds.ts";

export interface Stage {
  readonly door: DataPlane;
  readonly client: CheckClient;
  readonly ask: (attack: Omit<Attack, "what">, form: Form) => Promise<Verdict>;
  readonly lures: Lures;
  readonly credentials: Credentials;
}

const ALL = [{ name: "all", effect: "Allow" }];
const NOT_SERVING = 2;

/** The attacks that are a course of events, by id. The stage is set when the first is played. */
export function createScenarios(stage: () => Stage): ReadonlyMap<string, () => Promise<void>> {
  /** A call to a workload of its own, with a token or without. */
  const call = async (app: string, token?: string): Promise<Verdict> =>
    readVerdict(
      await stage().client.check(
        encodeCheckRequest({
          attributes: {
            source: { principal: "spiffe://cluster.local/ns/shop/sa/frontend" },
            destination: { labels: { app } },
            request: {
              http: {
                method: "GET",
                path: "/",
                host: "orders.shop",
                ...(token !== undefined && {
                  headerMap: { headers: [{ key: "authorization", rawValue: Buffer.from(`Bearer ${token}`) }] },
                }),
              },
            },
            contextExtensions: { "sallyport.namespace": "shop", "sallyport.peer": "principal" },
          },
        }),
      ),
    );
  const becomes = (what: string | undefined, app: string, token?: string): Promise<void> =>
    until(async () => (await call(app, token)).refused === what, `${app} to be ${what ?? "let through"}`);
  const policy = (name: string, spec: object): string =>
    manifest("APIPolicy", name, { selector: { matchLabels: { app: name } }, ...spec });
  const withTokens = (name: string): object => ({
    authentication: [{ name: "users", jwt: { providerRef: { name }, audiences: ["orders"] } }],
    rules: ALL,
  });

  return new Map<string, () => Promise<void>>([
    [
      "B70",
      async () => {
        const { door } = stage();
        const [before, after] = [
          createIssuer("https://turning.example"),
          createIssuer("https://turning.example", "ES256", "next"),
        ];
        await door.write("b70.yaml", documents(policy("turning", withTokens("turning")), provider("turning", before)));
        const old = before.token();
        await becomes(undefined, "turning", old);
        expect((await call("turning", old)).refused).toBeUndefined();
        await door.write("b70.yaml", documents(policy("turning", withTokens("turning")), provider("turning", after)));
        await becomes(undefined, "turning", after.token());
        expect((await call("turning", old)).refused).toBe("token_key_unknown");
      },
    ],
    [
      "B85",
      async () => {
        const answering = createCheckAnswering({
          holder: new PlanHolder(),
          ports: {
            credentials: {
              issuerOf: () => undefined,
              verifyJwt: () => ({ ok: false, reason: "internal", detail: "" }),
              verifyApiKey: () => ({ ok: false, reason: "internal", detail: "" }),
              verifyIntrospection: () => ({ ok: false, reason: "internal", detail: "" }),
              verifyKubernetesToken: () => ({ ok: false, reason: "internal", detail: "" }),
              verifyCertificate: () => ({ ok: false, reason: "internal", detail: "" }),
            },
            peer: createPeerReader({ clock: createSystemClock() }),
          },
          recorder: { record: () => undefined },
          nextId: () => "id",
          elapsed: () => performance.now(),
        });
        const server = createExtAuthzServer(
          { check: answering.handle, refuse: ({ reason }) => answering.refuse(reason) },
          { address: "127.0.0.1:0" },
        );
        const client = createCheckClient(await server.start());
        const answer = readVerdict(
          await client.check(encodeCheckRequest({ attributes: { request: { http: { method: "GET", path: "/public/x" } } } })),
        );
        const health = Reflect.get(await client.health(""), "status");
        client.close();
        await server.drain(0);
        expect({ ...answer, health }).toEqual({ refused: "not_synced", status: 503, set: [], removed: [], health: NOT_SERVING });
      },
    ],
    [
      "B86",
      async () => {
        const { door } = stage();
        const good = policy("turned", { rules: ALL });
        await door.write("b86.yaml", good);
        await becomes(undefined, "turned");
        await door.write(
          "b86.yaml",
          documents(good.replace('"Allow"', '"Alow"'), policy("newborn", { rules: [{ name: "all", effect: "Alow" }] })),
        );
        await becomes("policy_invalid", "newborn");
        expect((await call("turned")).refused).toBeUndefined();
        const told = (await door.admin("/readyz?verbose")).body;
        expect(told.match(/b86\.yaml:\d+:\d+ warn: spec\.rules\[0\]\.effect: `Alow` is none of/g)).toHaveLength(2);
        await door.write("b86.yaml", undefined);
        await becomes("no_policy", "turned");
      },
    ],
    [
      "B87",
      async () => {
        const { door } = stage();
        const issuer = createIssuer("https://waiting.example");
        const keys = await startKeyServer(issuer.jwks);
        keys.hold();
        const slow = manifest("IdentityProvider", "waiting", {
          issuer: issuer.url,
          jwksUri: keys.url,
          allowPrivateAddresses: true,
        });
        await door.write("b87-provider.yaml", slow);
        await door.write("b87.yaml", policy("waiting", withTokens("waiting")));
        await becomes("unauthenticated", "waiting");
        const waiting = call("waiting", issuer.token());
        await until(async () => (await door.admin("/metrics")).body.includes("sallyport_inflight_calls 1\n"), "the call to wait");
        await door.write("b87.yaml", undefined);
        await becomes("no_policy", "waiting");
        keys.release();
        const verdict = await waiting;
        const next = await call("waiting", issuer.token());
        keys.stop();
        await door.write("b87-provider.yaml", undefined);
        expect([verdict.refused, next.refused]).toEqual([undefined, "no_policy"]);
      },
    ],
    [
      "B88",
      async () => {
        const { door, ask } = stage();
        await door.write(
          "b88.yaml",
          documents(
            policy("broken", { rules: [{ name: "all", effect: "Allow", to: [{ paths: ["/a/**"] }] }] }),
            policy("sound", { rules: ALL }),
            `{ apiVersion: sallyport.dev/v1alpha1, kind: IdentityProvider, metadata: { name: bad, namespace: shop }, spec: { issuer: nonsense } }\n`,
          ),
        );
        await becomes(undefined, "sound");
        expect((await call("broken")).refused).toBe("policy_invalid");
        for (const form of FORMS) expect((await ask({ world: "paths", ...controlOf("paths") }, form)).refused).toBeUndefined();
      },
    ],
    [
      "B92",
      async () => {
        const { ask } = stage();
        const changes: readonly (readonly [
          "paths" | "roles" | "accounts" | "tokens" | "addresses" | "hosts",
          Partial<Attack>,
        ])[] = [
          ["paths", { path: "/admin/x" }],
          ["roles", { headers: [["x-role", "admin"]] }],
          ["accounts", { caller: "nobody" }],
          ["tokens", { headers: [["authorization", "Bearer {token role-null}"]] }],
          ["addresses", { source: "192.0.2.1" }],
          ["hosts", { host: "admin.shop.example" }],
        ];
        for (const [world, change] of changes) {
          for (const form of FORMS) {
            const control = { world, ...controlOf(world) };
            const seen: boolean[] = [];
            for (const attack of [control, { ...control, ...change }, control, { ...control, ...change }])
              seen.push((await ask(attack, form)).refused === undefined);
            expect({ world, form, seen }).toEqual({ world, form, seen: [true, false, true, false] });
          }
        }
      },
    ],
    [
      "B100",
      async () => {
        const { lures } = stage();
        expect(lures.touched()).toBe(0);
        expect(lures.asked.length).toBeGreaterThan(0);
        for (const { path, headers } of lures.asked) {
          expect(path).toBe("/keys");
          expect(
            Object.keys(headers).filter(
              (name) => !["host", "accept", "accept-encoding", "connection", "user-agent"].includes(name),
            ),
          ).toEqual([]);
        }
      },
    ],
    [
      "B101",
      async () => {
        const { door } = stage();
        const statuses = await Promise.all(
          [
            "/",
            "/debug/pprof/",
            "/config_dump",
            "/logging",
            "/quitquitquit",
            "/stop",
            "/explain",
            "/policies",
            "/healthz/../debug",
          ].map(async (path) => (await door.admin(path)).status),
        );
        expect(statuses).toEqual(statuses.map(() => 404));
        const posts = ["/healthz", "/readyz", "/metrics"].map(
          async (path) => (await fetch(`http://127.0.0.1:${door.adminPort}${path}`, { method: "POST" })).status,
        );
        expect(await Promise.all(posts)).toEqual([405, 405, 405]);
        expect(SETTINGS.adminAddress.default).toBe("127.0.0.1:9901");
      },
    ],
    [
      "B102",
      async () => {
        const { door, ask } = stage();
        const before = door.decisions.length;
        const hostile = 'a"} 1\nsallyport_decisions_total{policy="x\\';
        for (const attack of [
          { method: hostile },
          { path: `/admin/${hostile}` },
          { host: hostile },
          { headers: [[hostile, hostile]] as const },
          { caller: { principal: `spiffe://cluster.local/${hostile}` } },
          { path: `/admin/${encodeURIComponent(hostile)}/\u202e\u2028` },
        ])
          expect((await ask({ world: "paths", ...attack }, "allow")).refused).toBeDefined();
        await until(() => door.decisions.length >= before + 6, "the events");
        expect(door.lines.filter((line) => !isCleanLine(line))).toEqual([]);
        const series = (await door.admin("/metrics")).body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
        expect(
          series.filter((line) => !/^[a-z_0-9]+(?:\{[a-z_]+="[\w./+-]*"(?:,[a-z_]+="[\w./+-]*")*\})? [\w.+-]+$/.test(line)),
        ).toEqual([]);
        const policies = new Set(series.map((line) => /^sallyport_decisions_total\{policy="([^"]*)"/.exec(line)?.[1]));
        expect(policies.size).toBeLessThanOrEqual(203);
      },
    ],
  ]);
}

function isCleanLine(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object" && !/[\0-\x1f\x7f-\x9f\u2028-\u202e]/.test(line);
  } catch {
    return false;
  }
}
