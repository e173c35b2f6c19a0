import { afterEach, describe, expect, it } from "vitest";
import type { ProviderPlan } from "../../../src/policy/model/authentication.ts";
import { type Bench, createBench, outcome } from "../credentials.ts";
import { inline, jwks, makeKey, makeMethod, makeProvider, makeToken, START } from "../issuer.ts";
import { json, type ProviderServer, startProviderServer } from "../provider-server.ts";

const first = makeKey("ES256", "first");
const second = makeKey("ES256", "second");
const forged = makeToken(first, {}, { kid: "forged" });
/** Outlives every clock that these tests move. */
const lasting = { exp: START + 1_000_000 };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startServer(body = jwks(first)): Promise<ProviderServer> {
  const server = await startProviderServer(json(body));
  closing.push(() => server.close());
  return server;
}

function start(
  server: ProviderServer,
  changes: Partial<ProviderPlan> = {},
): Bench & { verify: (token: string) => Promise<string> } {
  const provider = makeProvider({ keys: { from: "uri", uri: `${server.origin}/jwks` }, ...changes });
  const bench = createBench([provider]);
  closing.push(() => bench.ports.close());
  const method = makeMethod(provider);
  return { ...bench, verify: (token) => outcome(bench.ports.verifyJwt(method, token)) };
}

const breakDown = (server: ProviderServer) => server.answer((_request, response) => response.writeHead(500).end());

describe("the keys of a provider", () => {
  it("are fetched at the start, and requests that come first wait for that one fetch", async () => {
    const server = await startServer();
    const { verify } = start(server);
    expect(
      await Promise.all([
        verify(makeToken(first)),
        verify(makeToken(first, { sub: "bob" })),
        verify(makeToken(first, { sub: "eve" })),
      ]),
    ).toEqual(["ok", "ok", "ok"]);
    expect(server.asked).toEqual(["/jwks"]);
  });

  it("are refreshed in the background before they are due, so that a rotated key is there when it is used", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    expect(clock.nextIn()).toBe(240);
    server.answer(json(jwks(first, second)));
    clock.advance(240);
    await refreshed(2);
    expect(await verify(makeToken(second))).toBe("ok");
    expect(server.asked).toHaveLength(2);
  });

  it("answer at once while a refresh hangs", async () => {
    const server = await startServer();
    const { clock, ports, refreshed } = start(server);
    await refreshed(1);
    server.answer(() => {});
    clock.advance(240);
    const provider = makeProvider({ keys: { from: "uri", uri: `${server.origin}/jwks` } });
    expect(ports.verifyJwt(makeMethod(provider), makeToken(first))).toEqual({ ok: true, identity: expect.anything() });
  });

  it("serve through an outage until the stale limit, then none does, and back again (B64)", async () => {
    const server = await startServer();
    const { clock, events, refreshed, verify } = start(server);
    await refreshed(1);
    breakDown(server);
    clock.advance(240);
    await refreshed(2);
    expect(events.at(-1)).toEqual({ provider: "shop/corp", keys: 1, error: "JWK set: HTTP 500" });
    // A refresh every 300 s and 600 s of grace: the keys of second 0 serve through second 899.
    clock.advance(659.999);
    expect(await verify(makeToken(first, lasting))).toBe("ok");
    clock.advance(0.001);
    expect(await verify(makeToken(first, lasting))).toBe("identity_provider_unavailable");
    expect(await verify(makeToken(first, { ...lasting, sub: "bob" }))).toBe("identity_provider_unavailable");
    const failures = events.length;
    server.answer(json(jwks(first)));
    clock.advance(300);
    await refreshed(failures + 1);
    expect(await verify(makeToken(first, lasting))).toBe("ok");
  });

  it("do not exist when the provider was never reached (B64)", async () => {
    const server = await startServer();
    breakDown(server);
    const { clock, events, ports, refreshed, verify } = start(server);
    expect(await verify(makeToken(first))).toBe("identity_provider_unavailable");
    expect(await verify(makeToken(first))).toBe("identity_provider_unavailable");
    expect(server.asked).toHaveLength(1);
    expect(ports.status()).toEqual([
      {
        key: "IdentityProvider shop/corp",
        name: "shop/corp",
        keys: 0,
        refreshes: 1,
        failures: 1,
        lastError: "JWK set: HTTP 500",
        faults: [],
      },
    ]);

    server.answer(json(jwks(first)));
    expect(clock.nextIn()).toBe(1);
    clock.advance(1);
    await refreshed(events.length + 1);
    expect(await verify(makeToken(first))).toBe("ok");
  });

  it("are asked for again after a failure in 1, 2, 4 … seconds, up to the interval", async () => {
    const server = await startServer();
    breakDown(server);
    const { clock, refreshed } = start(server, { refreshInterval: 10 });
    const waits: (number | undefined)[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      await refreshed(attempt);
      waits.push(clock.nextIn());
      clock.advance(clock.nextIn() ?? 0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it("stay when the provider suddenly publishes none that is usable", async () => {
    const server = await startServer();
    const { clock, events, refreshed, verify } = start(server);
    await refreshed(1);
    server.answer(json('{"keys":[]}'));
    clock.advance(240);
    await refreshed(2);
    expect(events.at(-1)).toEqual({ provider: "shop/corp", keys: 1, error: "the JWK set has no usable key" });
    expect(await verify(makeToken(first))).toBe("ok");
  });

  it("tell their age", async () => {
    const server = await startServer();
    const { clock, ports, refreshed } = start(server);
    await refreshed(1);
    clock.advance(100);
    expect(ports.status()).toEqual([
      { key: "IdentityProvider shop/corp", name: "shop/corp", keys: 1, age: 100, refreshes: 1, failures: 0, faults: [] },
    ]);
  });
});

describe("an unknown key id", () => {
  it("waits for one refresh, in which the new key is found", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    clock.advance(30);
    server.answer(json(jwks(first, second)));
    expect(await Promise.all([verify(makeToken(second)), verify(makeToken(second, { sub: "bob" })), verify(forged)])).toEqual([
      "ok",
      "ok",
      "token_key_unknown",
    ]);
    expect(server.asked).toHaveLength(2);
  });

  it("inside the cool-down is refused without asking, however often, and known ones are served (B58)", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    clock.advance(29.999);
    for (let i = 0; i < 50; i++) expect(await verify(makeToken(second, {}, { kid: `forged-${i}` }))).toBe("token_key_unknown");
    expect(server.asked).toHaveLength(1);
    expect(await verify(makeToken(first))).toBe("ok");
  });

  it("causes one refresh in each cool-down, whatever is forged", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    for (let round = 0; round < 3; round++) {
      clock.advance(30);
      for (let i = 0; i < 10; i++) await verify(makeToken(second, {}, { kid: `forged-${round}-${i}` }));
    }
    expect(server.asked).toHaveLength(4);
  });

  it("during an outage cannot be judged by the refresh that failed, and is refused in its cool-down", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    breakDown(server);
    clock.advance(30);
    expect(await verify(forged)).toBe("identity_provider_unavailable");
    expect(await verify(forged)).toBe("token_key_unknown");
    expect(await verify(makeToken(first))).toBe("ok");
  });

  it("does not prolong the cool-down when the clock is set back (B89)", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    clock.advance(-3600);
    server.answer(json(jwks(first, second)));
    expect(await verify(makeToken(second, { iat: undefined }))).toBe("ok");
  });

  it("of an algorithm that is not accepted, or of another issuer, asks for nothing", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    await refreshed(1);
    clock.advance(100);
    expect(await verify(makeToken(second, {}, { alg: "ES384" }))).toBe("token_algorithm_refused");
    expect(await verify(makeToken(second, {}, { alg: "none" }))).toBe("token_algorithm_refused");
    expect(await verify(makeToken(second, { iss: "https://other.example" }))).toBe("token_claim_invalid");
    expect(server.asked).toHaveLength(1);
  });
});

describe("a verified token", () => {
  it("is remembered, and refused once its key has left the set (B70)", async () => {
    const server = await startServer(jwks(first, second));
    const { clock, refreshed, verify } = start(server);
    const token = makeToken(first);
    expect(await verify(token)).toBe("ok");
    await refreshed(1);
    server.answer(json(jwks(second)));
    clock.advance(240);
    await refreshed(2);
    expect(await verify(token)).toBe("token_key_unknown");
  });

  it("is refused once another key bears its key id (B70)", async () => {
    const server = await startServer();
    const { clock, refreshed, verify } = start(server);
    const token = makeToken(first);
    expect(await verify(token)).toBe("ok");
    await refreshed(1);
    server.answer(json(jwks(makeKey("ES256", "first"))));
    clock.advance(240);
    await refreshed(2);
    expect(await verify(token)).toBe("token_signature_invalid");
  });
});

describe("a change of providers", () => {
  it("keeps the keys of those that did not change, and takes over their timing", async () => {
    const server = await startServer();
    const { clock, ports, refreshed } = start(server);
    await refreshed(1);
    const uri = { keys: { from: "uri", uri: `${server.origin}/jwks` } } as const;
    const faster = makeProvider({ ...uri, refreshInterval: 50, name: "renamed" });
    ports.setProviders([faster]);
    expect(await outcome(ports.verifyJwt(makeMethod(faster), makeToken(first)))).toBe("ok");
    expect(server.asked).toHaveLength(1);
    expect(clock.nextIn()).toBe(40);
  });

  it("ends the refreshing of those that are gone, which still verify for plans in flight", async () => {
    const server = await startServer();
    const { clock, ports, refreshed } = start(server);
    await refreshed(1);
    const provider = makeProvider({ keys: { from: "uri", uri: `${server.origin}/jwks` } });
    expect(await outcome(ports.verifyJwt(makeMethod(provider), makeToken(first)))).toBe("ok");
    ports.setProviders([]);
    expect([ports.status(), clock.nextIn()]).toEqual([[], undefined]);
    expect(await outcome(ports.verifyJwt(makeMethod(provider), makeToken(first)))).toBe("ok");
    expect(await outcome(ports.verifyJwt(makeMethod(provider), makeToken(second)))).toBe("token_key_unknown");
    expect(server.asked).toHaveLength(1);
  });

  it("to other keys is not served by the old ones", async () => {
    const [before, after] = [makeProvider({ keys: inline(first) }), makeProvider({ keys: inline(second) })];
    const { ports } = createBench([before]);
    expect(await outcome(ports.verifyJwt(makeMethod(before), makeToken(first)))).toBe("ok");
    ports.setProviders([after]);
    expect(await outcome(ports.verifyJwt(makeMethod(after), makeToken(first)))).toBe("token_key_unknown");
    expect(await outcome(ports.verifyJwt(makeMethod(after), makeToken(second)))).toBe("ok");
  });

  it("does not let one object's keys vouch for another's, though the issuer is the same", async () => {
    const [ours, theirs] = [
      makeProvider({ keys: inline(first) }),
      makeProvider({ key: "IdentityProvider other/corp", keys: inline(second) }),
    ];
    const { ports } = createBench([ours, theirs]);
    expect(await outcome(ports.verifyJwt(makeMethod(ours), makeToken(second)))).toBe("token_key_unknown");
    expect(await outcome(ports.verifyJwt(makeMethod(theirs), makeToken(second)))).toBe("ok");
  });

  it("that never was set has no keys", async () => {
    const { ports } = createBench([]);
    expect(await outcome(ports.verifyJwt(makeMethod(makeProvider({ keys: inline(first) })), makeToken(first)))).toBe(
      "identity_provider_unavailable",
    );
  });
});

describe("discovery", () => {
  async function discover(
    document: (origin: string) => unknown,
    path = "",
  ): Promise<{ result: string; asked: string[]; error: string | undefined }> {
    const server = await startServer();
    const issuer = `${server.origin}${path}`;
    server.answer((request, response) => {
      const body = request.url === "/jwks" ? jwks(first) : JSON.stringify(document(server.origin));
      response.end(body);
    });
    const { events, verify } = start(server, { keys: { from: "discovery" }, issuer });
    const result = await verify(makeToken(first, { iss: issuer }));
    return { result, asked: server.asked, error: events.at(-1)?.error };
  }

  it("finds the keys by the issuer's document", async () => {
    expect(await discover((origin) => ({ issuer: origin, jwks_uri: `${origin}/jwks` }))).toEqual({
      result: "ok",
      asked: ["/.well-known/openid-configuration", "/jwks"],
      error: undefined,
    });
  });

  it("appends to the issuer's path without doubling the slash", async () => {
    const { asked, result } = await discover(
      (origin) => ({ issuer: `${origin}/realms/a/`, jwks_uri: `${origin}/jwks` }),
      "/realms/a/",
    );
    expect([result, asked[0]]).toEqual(["ok", "/realms/a/.well-known/openid-configuration"]);
  });

  for (const [why, document, error] of [
    [
      "names another issuer",
      (origin: string) => ({ issuer: `${origin}/`, jwks_uri: `${origin}/jwks` }),
      "the discovery document names another issuer",
    ],
    ["names none", (origin: string) => ({ jwks_uri: `${origin}/jwks` }), "the discovery document names another issuer"],
    ["has no keys' address", (origin: string) => ({ issuer: origin }), "the discovery document has no `jwks_uri`"],
    [
      "points to a file",
      (origin: string) => ({ issuer: origin, jwks_uri: "file:///etc/passwd" }),
      "JWK set: `file:` URLs are not fetched",
    ],
    ["is null", () => null, "the discovery document is not an object"],
  ] as const) {
    it(`is not believed when its document ${why}`, async () => {
      const { asked, ...rest } = await discover(document);
      expect(rest).toEqual({ result: "identity_provider_unavailable", error });
      expect(asked).toEqual(["/.well-known/openid-configuration"]);
    });
  }
});
