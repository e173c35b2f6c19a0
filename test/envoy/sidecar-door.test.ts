import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import type { ClientCertificate } from "./harness/call.ts";
import type { DoorAnswer, RecordedCheck } from "./harness/recording-door.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);

/** Headers that differ from run to run. */
const CHANGING = new Set(["x-request-id", "x-forwarded-for"]);

function without(
  headers: readonly (readonly [string, string])[],
  names: ReadonlySet<string>,
): readonly (readonly [string, string])[] {
  return headers.filter(([name]) => !names.has(name));
}

function xfccOf(uri: string): unknown {
  return expect.stringMatching(new RegExp(`^By=spiffe://cluster.local/ns/shop/sa/orders;Hash=[0-9a-f]{64};URI=${uri}$`));
}

describe.skipIf(envoy === undefined)("a rendered sidecar in a real Envoy", () => {
  let world: World;
  let frontend: ClientCertificate;
  let answer: (check: RecordedCheck) => DoorAnswer | Promise<DoorAnswer>;
  const lastCheck = (): RecordedCheck | undefined => world.recordingDoor?.checks.at(-1);
  const checkCount = (): number => world.recordingDoor?.checks.length ?? 0;

  beforeAll(async () => {
    world = await startWorld({
      envoy: envoy ?? "",
      services: [
        { name: "orders", labels: { app: "orders", tier: "backend" } },
        { name: "frontend", calls: ["orders", "stranger"] },
        { name: "stranger", namespace: "elsewhere" },
        { name: "vault", plaintext: "refuse" },
        { name: "uploads", body: { maxBytes: 16 } },
      ],
      door: { answer: (check) => answer(check) },
    });
    frontend = await world.clientOf("shop/frontend");
  });
  afterAll(() => world?.stop());
  beforeEach(() => {
    answer = () => ({ allow: true });
  });

  test("tells the door who calls, whom, and by what right it knows", async () => {
    await world.call("orders", {
      path: "/api//v1/./orders/42?a=%2f",
      clientCertificate: frontend,
      headers: [
        ["x-role", "a"],
        ["x-role", "b"],
      ],
    });
    const check = lastCheck();
    expect({ ...check, headers: without(check?.headers ?? [], CHANGING) }).toEqual({
      method: "GET",
      path: "/api/v1/orders/42?a=%2f",
      host: "orders.shop",
      scheme: "https",
      protocol: "HTTP/1.1",
      joinedHeaders: {},
      headers: [
        ["x-role", "a"],
        ["x-role", "b"],
        ["x-forwarded-proto", "https"],
        // Envoy's own word: the address that connected.
        ["x-envoy-external-address", "127.0.0.1"],
        ["x-forwarded-client-cert", xfccOf("spiffe://cluster.local/ns/shop/sa/frontend")],
      ],
      body: "",
      source: { address: "127.0.0.1", labels: {}, principal: "spiffe://cluster.local/ns/shop/sa/frontend", certificate: "" },
      destination: {
        address: "127.0.0.1",
        labels: { app: "orders", tier: "backend" },
        principal: "spiffe://cluster.local/ns/shop/sa/orders",
        certificate: "",
      },
      extensions: {
        "sallyport.namespace": "shop",
        "sallyport.serviceAccount": "orders",
        "sallyport.pod": "orders-1",
        "sallyport.peer": "principal",
      },
    });
  });

  test("a plaintext caller has no principal, and the door is not told that one was verified", async () => {
    const forged = "URI=spiffe://cluster.local/ns/shop/sa/frontend";
    const result = await world.call("orders", { path: "/", headers: [["x-forwarded-client-cert", forged]] });
    expect(result.status).toBe(200);
    expect(lastCheck()?.source.principal).toBe("");
    expect(lastCheck()?.extensions).toEqual({
      "sallyport.namespace": "shop",
      "sallyport.serviceAccount": "orders",
      "sallyport.pod": "orders-1",
    });
    expect(lastCheck()?.headers.some(([name]) => name === "x-forwarded-client-cert")).toBe(false);
    expect(result.upstreamSaw?.headers.some(([name]) => name === "x-forwarded-client-cert")).toBe(false);
  });

  test("a forged client certificate header is replaced by what was verified", async () => {
    const result = await world.call("orders", {
      clientCertificate: frontend,
      headers: [["x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/shop/sa/admin"]],
    });
    expect(result.upstreamSaw?.headers.filter(([name]) => name === "x-forwarded-client-cert")).toEqual([
      ["x-forwarded-client-cert", xfccOf("spiffe://cluster.local/ns/shop/sa/frontend")],
    ]);
  });

  test("no caller is internal: headers that steer Envoy are dropped", async () => {
    const steering: readonly (readonly [string, string])[] = [
      ["x-envoy-internal", "true"],
      ["x-envoy-upstream-rq-timeout-ms", "1"],
      ["x-envoy-retry-on", "5xx"],
      ["x-envoy-original-path", "/admin"],
      ["x-envoy-external-address", "10.0.0.1"],
    ];
    for (const clientCertificate of [frontend, undefined]) {
      const result = await world.call("orders", { headers: steering, ...(clientCertificate && { clientCertificate }) });
      expect(result.status).toBe(200);
      expect(result.upstreamSaw?.headers.filter(([name]) => name.startsWith("x-envoy-"))).toEqual([
        ["x-envoy-external-address", "127.0.0.1"],
      ]);
    }
  });

  test("the caller's address is what connected, whatever x-forwarded-for says", async () => {
    await world.call("orders", { headers: [["x-forwarded-for", "10.9.8.7"]] });
    expect(lastCheck()?.source.address).toBe("127.0.0.1");
    expect(lastCheck()?.headers.find(([name]) => name === "x-forwarded-for")?.[1]).toMatch(/^10.9.8.7,/);
  });

  test("HTTP/2 keeps repeated headers apart", async () => {
    const result = await world.call("orders", {
      protocol: "http2",
      clientCertificate: frontend,
      headers: [
        ["x-role", "user"],
        ["x-role", "admin"],
      ],
    });
    expect(result.status).toBe(200);
    expect(lastCheck()?.protocol).toBe("HTTP/2");
    expect(lastCheck()?.headers.filter(([name]) => name === "x-role")).toEqual([
      ["x-role", "user"],
      ["x-role", "admin"],
    ]);
  });

  for (const [what, call] of [
    ["an escaped slash", { path: "/public%2F..%2Fadmin" }],
    ["an escaped backslash", { path: "/public%5C..%5Cadmin" }],
    ["a header name with an underscore", { path: "/", headers: [["x_user", "root"]] }],
    [
      "a header name with a space before the colon",
      { raw: "GET / HTTP/1.1\r\nhost: a\r\nx-user : root\r\nconnection: close\r\n\r\n" },
    ],
    [
      "both content-length and transfer-encoding",
      { raw: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" },
    ],
    ["no Host", { path: "/", host: null }],
    ["a NUL in a header", { path: "/", headers: [["x-user", "a\0b"]] }],
    ["a fragment in the path", { path: "/public#/admin" }],
  ] as const) {
    test(`${what} is refused with 400 before the door is asked`, async () => {
      const before = checkCount();
      const result = await world.call("orders", { ...call, clientCertificate: frontend });
      expect({ status: result.status, asked: checkCount() - before }).toEqual({ status: 400, asked: 0 });
    });
  }

  for (const path of ["/public/../admin", "/./admin", "//admin", "/x/..//admin", "/%61dmin/../admin", "/public/%2e%2e/admin"]) {
    test(`the door sees \`${path}\` as \`/admin\`, and so does the application`, async () => {
      const result = await world.call("orders", { path, clientCertificate: frontend });
      expect({ door: lastCheck()?.path, application: result.upstreamSaw?.path }).toEqual({
        door: "/admin",
        application: "/admin",
      });
    });
  }

  for (const [what, raw] of [
    ["CONNECT", "CONNECT orders.shop:80 HTTP/1.1\r\nhost: orders.shop:80\r\n\r\n"],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n\r\n"],
  ] as const) {
    test(`${what} matches no route, so neither the door nor the application sees it`, async () => {
      const before = checkCount();
      const result = await world.call("orders", { raw, clientCertificate: frontend });
      expect({ status: result.status, asked: checkCount() - before, upstreamSaw: result.upstreamSaw }).toEqual({
        status: 404,
        asked: 0,
        upstreamSaw: undefined,
      });
    });
  }

  test("the absolute form of a target gives the door and the application the same host", async () => {
    const raw = "GET http://other/admin HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n\r\n";
    const result = await world.call("orders", { raw, clientCertificate: frontend });
    expect({ door: lastCheck()?.host, application: result.upstreamSaw?.headers.find(([name]) => name === "host")?.[1] }).toEqual({
      door: "other",
      application: "other",
    });
  });

  test("headers that are repeated stay apart, except those that Envoy itself knows: these it joins", async () => {
    const twice = (name: string): readonly (readonly [string, string])[] => [
      [name, "one"],
      [name, "two"],
    ];
    const values = (name: string): readonly string[] =>
      (lastCheck()?.headers ?? []).filter(([found]) => found === name).map(([, value]) => value);
    await world.call("orders", {
      headers: [...twice("x-api-key"), ...twice("authorization"), ...twice("cookie"), ...twice("host")],
      host: null,
    });
    expect({
      key: values("x-api-key"),
      authorization: values("authorization"),
      cookie: values("cookie"),
      host: lastCheck()?.host,
    }).toEqual({
      key: ["one", "two"],
      authorization: ["one,two"],
      cookie: ["one", "two"],
      host: "one,two",
    });
  });

  test("a header that `Connection` names is not lost on the way to the application", async () => {
    answer = () => ({ allow: true, setHeaders: [["x-user", "alice"]] });
    const result = await world.call("orders", { raw: "GET / HTTP/1.1\r\nhost: a\r\nconnection: x-user, close\r\n\r\n" });
    expect(result.upstreamSaw?.headers.filter(([name]) => name === "x-user" || name === "connection")).toEqual([
      ["x-user", "alice"],
    ]);
  });

  test("a header of the door's that would split the request fails it", async () => {
    answer = () => ({ allow: true, setHeaders: [["x-user", "a\r\nx-admin: 1"]] });
    const result = await world.call("orders", { clientCertificate: frontend });
    expect({ status: result.status, upstreamSaw: result.upstreamSaw }).toEqual({ status: 500, upstreamSaw: undefined });
  });

  test("a door that denies answers the caller, and the application sees nothing", async () => {
    answer = () => ({ allow: false, status: 418, body: "no" });
    const seen = world.upstream("orders").seen.length;
    const result = await world.call("orders", { clientCertificate: frontend });
    expect({ status: result.status, body: result.body, seen: world.upstream("orders").seen.length - seen }).toEqual({
      status: 418,
      body: "no",
      seen: 0,
    });
  });

  test("a door that answers too late is a refusal with 503", async () => {
    let release: (answer: DoorAnswer) => void = () => undefined;
    answer = () => new Promise((resolve) => (release = resolve));
    const result = await world.call("orders", { clientCertificate: frontend });
    release({ allow: true });
    expect({ status: result.status, upstreamSaw: result.upstreamSaw }).toEqual({ status: 503, upstreamSaw: undefined });
  });

  test("the door adds and removes headers", async () => {
    answer = () => ({ allow: true, setHeaders: [["x-user", "alice"]], removeHeaders: ["authorization"] });
    const result = await world.call("orders", {
      headers: [
        ["authorization", "Bearer x"],
        ["x-user", "root"],
      ],
    });
    expect(result.upstreamSaw?.headers.filter(([name]) => name === "x-user" || name === "authorization")).toEqual([
      ["x-user", "alice"],
    ]);
  });

  test("a body is sent as far as was asked for, and marked when it is cut", async () => {
    await world.call("uploads", { method: "POST", body: "0123456789" });
    expect(lastCheck()?.body).toBe("0123456789");
    expect(lastCheck()?.headers.find(([name]) => name === "x-envoy-auth-partial-body")?.[1]).toBe("false");
    const forged: readonly (readonly [string, string])[] = [["x-envoy-auth-partial-body", "false"]];
    const result = await world.call("uploads", { method: "POST", body: "0123456789abcdef+cut", headers: forged });
    expect(lastCheck()?.body).toBe("0123456789abcdef");
    expect(lastCheck()?.headers.find(([name]) => name === "x-envoy-auth-partial-body")?.[1]).toBe("true");
    expect(result.upstreamSaw?.body).toBe("0123456789abcdef+cut");
  });

  test("where plaintext is refused, the door is not asked", async () => {
    const before = checkCount();
    const result = await world.call("vault", { path: "/" });
    expect({ status: result.status, body: result.body, asked: checkCount() - before }).toEqual({
      status: 403,
      body: "mTLS required\n",
      asked: 0,
    });
    expect((await world.call("vault", { clientCertificate: frontend })).status).toBe(200);
  });

  test("a caller without a certificate, or with one of a foreign authority or trust domain, gets no answer at all", async () => {
    const foreign = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
    const lookalike = await createAuthority({ trustDomain: "cluster.local.evil", clock: Date.now });
    const expired = await issueSvid(
      { ...world.authority, clock: () => Date.now() - 7_200_000 },
      "spiffe://cluster.local/ns/shop/sa/frontend",
    );
    const before = checkCount();
    for (const clientCertificate of [
      null,
      await issueSvid(foreign, "spiffe://cluster.local/ns/shop/sa/frontend"),
      await issueSvid(
        { ...world.authority, trustDomain: "cluster.local.evil" },
        "spiffe://cluster.local.evil/ns/shop/sa/frontend",
      ),
      await issueSvid(lookalike, "spiffe://cluster.local.evil/ns/shop/sa/frontend"),
      expired,
    ]) {
      const result = await world.call("orders", { clientCertificate });
      expect({ status: result.status, asked: checkCount() - before }).toEqual({ status: 0, asked: 0 });
      expect(result.failure).toBeDefined();
    }
  });

  test("an application's plaintext call leaves its sidecar with its identity, in HTTP/1 and HTTP/2", async () => {
    for (const protocol of ["http1", "http2"] as const) {
      const result = await world.callFrom("frontend", "orders", { path: "/from-frontend", protocol });
      expect(result.status).toBe(200);
      expect(lastCheck()?.source.principal).toBe("spiffe://cluster.local/ns/shop/sa/frontend");
      expect(lastCheck()?.protocol).toBe(protocol === "http1" ? "HTTP/1.1" : "HTTP/2");
    }
  });

  test("a Host of another service does not change where a call goes", async () => {
    const result = await world.callFrom("frontend", "orders", { host: "stranger.elsewhere" });
    expect(result.status).toBe(200);
    expect(lastCheck()?.extensions["sallyport.serviceAccount"]).toBe("orders");
  });

  test("the admin interface listens on its socket only, for its owner only", async () => {
    const { body } = await world.envoy("orders").admin("/listeners?format=json");
    expect(JSON.parse(body).listener_statuses.map((one: { name: string }) => one.name)).toEqual(["inbound"]);
    expect((await world.envoy("orders").admin("/server_info")).status).toBe(200);
  });
});
