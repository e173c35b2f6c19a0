import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { API_KEY } from "../../playground/calls.ts";
import { issueToken } from "../../playground/token.ts";
import type { Call, ClientCertificate } from "./harness/call.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);
const SHOP = fileURLToPath(new URL("../../manifests/examples/shop/", import.meta.url));

async function shopManifests(): Promise<{ readonly [file: string]: string }> {
  const files = (await readdir(SHOP)).filter((file) => file.endsWith(".yaml") && !file.endsWith(".test.yaml"));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(SHOP + file, "utf8")] as const)));
}

describe.skipIf(envoy === undefined)("the example shop behind real Envoys", () => {
  let world: World;
  let manifests: { readonly [file: string]: string };
  let frontend: ClientCertificate;
  let backend: ClientCertificate;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    manifests = await shopManifests();
    world = await startWorld({
      envoy: envoy ?? "",
      services: [{ name: "orders" }, { name: "frontend", calls: ["orders"] }],
      door: { manifests },
    });
    frontend = await world.clientOf("shop/frontend");
    backend = await world.clientOf("shop/backend");
    const now = Date.now();
    tokens.set("reader", await issueToken({ sub: "alice", scope: "orders.read", tenant: "blue" }, now));
    tokens.set("writer", await issueToken({ sub: "wanda", scope: "orders.read orders.write", tenant: "blue" }, now));
    tokens.set("stranger", await issueToken({ sub: "bob", scope: "profile", tenant: "blue" }, now));
    tokens.set("expired", await issueToken({ sub: "alice", scope: "orders.read", tenant: "blue" }, now - 8 * 24 * 3_600_000));
  });
  afterAll(() => world?.stop());

  const bearer = (name: string): readonly [string, string] => ["authorization", `Bearer ${tokens.get(name)}`];

  interface Row {
    readonly what: string;
    readonly by?: "frontend" | "backend";
    readonly call: () => Call;
    readonly status: number;
    readonly reason: string;
  }
  const rows: readonly Row[] = [
    {
      what: "frontend reads an order",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/42" }),
      status: 200,
      reason: "allowed",
    },
    {
      what: "frontend reads over HTTP/2",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/42", protocol: "http2" }),
      status: 200,
      reason: "allowed",
    },
    {
      what: "frontend deletes",
      by: "frontend",
      call: () => ({ method: "DELETE", path: "/api/v1/orders/42" }),
      status: 403,
      reason: "no_rule_matched",
    },
    {
      what: "frontend reads what is closed",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/internal" }),
      status: 403,
      reason: "denied_by_rule",
    },
    {
      what: "frontend hides it behind dots",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/42/../internal/x" }),
      status: 403,
      reason: "denied_by_rule",
    },
    {
      what: "frontend escapes it",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/%69nternal/x" }),
      status: 403,
      reason: "denied_by_rule",
    },
    {
      what: "frontend hides it behind parameters",
      by: "frontend",
      call: () => ({ path: "/api/v1/orders/internal;a=b/x" }),
      status: 403,
      reason: "denied_by_rule",
    },
    {
      what: "another workload reads",
      by: "backend",
      call: () => ({ path: "/api/v1/orders/42" }),
      status: 401,
      reason: "unauthenticated",
    },
    {
      what: "another workload reads with a user's token",
      by: "backend",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("reader")] }),
      status: 200,
      reason: "allowed",
    },
    { what: "nobody reads", call: () => ({ path: "/api/v1/orders/42" }), status: 401, reason: "unauthenticated" },
    {
      what: "a user reads",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("reader")] }),
      status: 200,
      reason: "allowed",
    },
    {
      what: "a user without the scope reads",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("stranger")] }),
      status: 403,
      reason: "no_rule_matched",
    },
    {
      what: "an expired token reads",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("expired")] }),
      status: 401,
      reason: "token_expired",
    },
    {
      what: "two tokens read",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("reader"), bearer("reader")] }),
      status: 401,
      // Envoy joins repeated Authorization headers with a comma, in header_map too.
      reason: "credential_unrecognized",
    },
    {
      what: "a user writes for the own tenant",
      call: () => ({ method: "POST", path: "/api/v1/orders", headers: [bearer("writer"), ["x-tenant", "blue"]], body: "{}" }),
      status: 200,
      reason: "allowed",
    },
    {
      what: "a user writes for another tenant",
      call: () => ({ method: "POST", path: "/api/v1/orders", headers: [bearer("writer"), ["x-tenant", "red"]], body: "{}" }),
      status: 403,
      reason: "no_rule_matched",
    },
    {
      what: "a user writes for two tenants",
      call: () => ({
        method: "POST",
        path: "/api/v1/orders",
        headers: [bearer("writer"), ["x-tenant", "blue"], ["x-tenant", "red"]],
        body: "{}",
      }),
      status: 403,
      reason: "no_rule_matched",
    },
    {
      what: "a partner lists",
      call: () => ({ path: "/api/v1/orders", headers: [["x-api-key", API_KEY]] }),
      status: 200,
      reason: "allowed",
    },
    {
      what: "a partner reads one order",
      call: () => ({ path: "/api/v1/orders/42", headers: [["x-api-key", API_KEY]] }),
      status: 403,
      reason: "no_rule_matched",
    },
    {
      what: "a wrong key lists",
      call: () => ({ path: "/api/v1/orders", headers: [["x-api-key", `${API_KEY}x`]] }),
      status: 401,
      reason: "api_key_unknown",
    },
    {
      what: "two Hosts",
      call: () => ({ path: "/api/v1/orders/42", headers: [bearer("reader"), ["host", "other"]] }),
      status: 400,
      reason: "host_invalid",
    },
  ];
  for (const { what, by, call, status, reason } of rows) {
    test(`${what}: ${status} ${reason}`, async () => {
      const clientCertificate = by === "frontend" ? frontend : by === "backend" ? backend : undefined;
      const result = await world.decide("orders", { ...call(), ...(clientCertificate && { clientCertificate }) });
      expect({ status: result.status, reason: result.decision["reason"], reached: result.upstreamSaw !== undefined }).toEqual({
        status,
        reason,
        reached: status === 200,
      });
    });
  }

  test("the service learns who the user is, and never sees the token or a forged name", async () => {
    const result = await world.decide("orders", {
      path: "/api/v1/orders/42",
      headers: [bearer("reader"), ["x-user", "root"], ["X-User", "admin"]],
    });
    expect(result.upstreamSaw?.headers.filter(([name]) => name === "x-user" || name === "authorization")).toEqual([
      ["x-user", "alice"],
    ]);
  });

  test("a workload that sends a user's name of its own is not believed", async () => {
    const result = await world.decide("orders", {
      path: "/api/v1/orders/42",
      clientCertificate: frontend,
      headers: [["x-user", "root"]],
    });
    expect({ status: result.status, user: result.upstreamSaw?.headers.filter(([name]) => name === "x-user") }).toEqual({
      status: 200,
      user: [],
    });
  });

  test("the API key stops at the door", async () => {
    const result = await world.decide("orders", { path: "/api/v1/orders", headers: [["x-api-key", API_KEY]] });
    expect(result.upstreamSaw?.headers.filter(([name]) => name === "x-api-key")).toEqual([]);
  });

  test("frontend's application, which knows nothing of certificates, is known by its sidecar's", async () => {
    const decisions = world.dataPlane?.decisions ?? [];
    const before = decisions.length;
    const result = await world.callFrom("frontend", "orders", { path: "/api/v1/orders", host: "orders.shop" });
    expect(result.status).toBe(200);
    // The next test takes the first event that comes for its own.
    await until(() => decisions.length > before, "the event of this call");
  });

  test("Envoy's access log names the decision, and never the query", async () => {
    const result = await world.decide("orders", { path: "/api/v1/orders/42?token=hidden", clientCertificate: frontend });
    const id = String(result.decision["decision_id"]);
    const written = (): string | undefined =>
      world
        .envoy("orders")
        .log()
        .find((line) => line.includes(id));
    await until(() => written() !== undefined, "the line in the access log");
    const line = JSON.parse(written() ?? "{}");
    expect({ path: line.path, peer: line.peer, status: line.status, decision_id: line.decision_id }).toEqual({
      path: "/api/v1/orders/42",
      peer: "spiffe://cluster.local/ns/shop/sa/frontend",
      status: 200,
      decision_id: id,
    });
    expect(world.envoy("orders").log().join("\n").includes("hidden")).toBe(false);
  });

  test("a rule that is taken away and put back is felt, and no call fails in between", async () => {
    const original = manifests["orders.yaml"] ?? "";
    const changed = original.replace("serviceAccounts: [shop/frontend]", "serviceAccounts: [shop/nobody]");
    const statuses = new Set<number>();
    const traffic = new AbortController();
    const users = (async () => {
      while (!traffic.signal.aborted)
        statuses.add((await world.call("orders", { path: "/api/v1/orders/42", headers: [bearer("reader")] })).status);
    })();
    const asFrontend = async (): Promise<number> =>
      (await world.call("orders", { path: "/api/v1/orders/42", clientCertificate: frontend })).status;
    for (let round = 0; round < 3; round++) {
      await world.dataPlane?.write("orders.yaml", changed);
      await until(async () => (await asFrontend()) === 401, "the rule to be gone");
      await world.dataPlane?.write("orders.yaml", original);
      await until(async () => (await asFrontend()) === 200, "the rule to be back");
    }
    traffic.abort();
    await users;
    expect([...statuses]).toEqual([200]);
  });

  test("a file that is broken leaves the last good version in force", async () => {
    const original = manifests["orders.yaml"] ?? "";
    const lines = world.dataPlane?.lines ?? [];
    const before = lines.length;
    await world.dataPlane?.write("orders.yaml", original.replace("effect: Allow", "effect: Maybe"));
    await until(
      () => lines.slice(before).some((line) => line.includes("Maybe") || line.includes("orders.yaml")),
      "word of the mistake",
    );
    expect((await world.call("orders", { path: "/api/v1/orders/42", clientCertificate: frontend })).status).toBe(200);
    await world.dataPlane?.write("orders.yaml", original);
  });

  test("while the data plane is gone every call is refused, and the first one after its return is answered", async () => {
    await world.dataPlane?.stop("SIGKILL");
    for (const clientCertificate of [frontend, undefined]) {
      const result = await world.call("orders", { path: "/api/v1/orders/42", ...(clientCertificate && { clientCertificate }) });
      expect({ status: result.status, upstreamSaw: result.upstreamSaw }).toEqual({ status: 503, upstreamSaw: undefined });
    }
    await world.dataPlane?.start();
    expect((await world.call("orders", { path: "/api/v1/orders/42", clientCertificate: frontend })).status).toBe(200);
  });

  test("no secret that was sent stands in the log", () => {
    const log = world.dataPlane?.lines.join("\n") ?? "";
    for (const secret of [API_KEY, ...tokens.values(), ...[...tokens.values()].map((token) => token.split(".")[2] ?? "")])
      expect(log.includes(secret)).toBe(false);
  });
});
