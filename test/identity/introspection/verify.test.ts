import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { readAnswer } from "../../../src/identity/introspection/answer.ts";
import type { IntrospectionMethod } from "../../../src/policy/model/authentication.ts";
import { outcome } from "../credentials.ts";
import { ISSUER, makeKey, makeProvider, makeToken, START } from "../issuer.ts";
import { createIntrospectionBench, type IntrospectionBench, makeIntrospection, type Reply, reply } from "./bench.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(...parameters: Parameters<typeof createIntrospectionBench>): Promise<IntrospectionBench> {
  const bench = await createIntrospectionBench(...parameters);
  closing.push(() => bench.close());
  return bench;
}

/** Asks about a token of its own each time. */
async function ask(
  bench: IntrospectionBench,
  changes: Partial<IntrospectionMethod> = {},
  token = "opaque-token",
): Promise<string> {
  return outcome(bench.ports.verifyIntrospection(makeIntrospection(bench.provider, changes), token));
}

describe("introspection", () => {
  it("asks by a form, as a client whose id and secret are encoded (RFC 6749 §2.3.1), and gives the answer as claims", async () => {
    const bench = await start(
      reply({ active: true, sub: "ada", scope: "read  write", client_id: "web", exp: START + 300, level: 3 }),
    );
    const verification = await bench.ports.verifyIntrospection(makeIntrospection(bench.provider), "opaque-token");
    expect(verification).toEqual({
      ok: true,
      identity: {
        kind: "introspection",
        provider: "shop/corp",
        subject: "ada",
        issuer: ISSUER,
        scopes: ["read", "write"],
        claims: { active: true, sub: "ada", scope: "read  write", client_id: "web", exp: BigInt(START + 300), level: 3n },
      },
    });
    expect(bench.asked).toEqual([
      {
        authorization: `Basic ${Buffer.from("sallyport%3Adoor:a+secret%2Fof+this%2Btest").toString("base64")}`,
        contentType: "application/x-www-form-urlencoded",
        form: { token: "opaque-token", token_type_hint: "access_token" },
      },
    ]);
    expect(bench.server.asked).toEqual(["/introspect"]);
  });

  const answers: readonly (readonly [string, unknown, string, Partial<IntrospectionMethod>?])[] = [
    ["an active token", { active: true }, "ok"],
    ["one that is not", { active: false }, "token_inactive"],
    ["an expired one", { active: true, exp: START - 30 }, "token_expired"],
    ["one within the skew", { active: true, exp: START - 29 }, "ok"],
    ["one from the future", { active: true, nbf: START + 31 }, "token_not_yet_valid"],
    ["one issued in the future", { active: true, iat: START + 31 }, "token_not_yet_valid"],
    ["one of another issuer", { active: true, iss: `${ISSUER}/` }, "token_claim_invalid"],
    ["one of the issuer", { active: true, iss: ISSUER }, "ok"],
    ["a subject that is a number", { active: true, sub: 7 }, "token_claim_invalid"],
    ["an expiry that is a text", { active: true, exp: String(START + 300) }, "token_claim_invalid"],
    ["an expiry in milliseconds", { active: true, exp: (START + 300) * 1000 }, "token_claim_invalid"],
    ["an audience that is none", { active: true, aud: [1] }, "token_claim_invalid"],
    ["the audience", { active: true, aud: "orders" }, "ok", { audiences: ["orders"] }],
    ["one of the audiences", { active: true, aud: ["billing", "orders"] }, "ok", { audiences: ["orders"] }],
    ["another audience", { active: true, aud: "orders2" }, "token_audience_mismatch", { audiences: ["orders"] }],
    ["no audience where one is wanted", { active: true }, "token_audience_mismatch", { audiences: ["orders"] }],
    ["`active` as a text", { active: "true" }, "identity_provider_unavailable"],
    ["`active` as a number", { active: 1 }, "identity_provider_unavailable"],
    ["nothing about it", {}, "identity_provider_unavailable"],
    ["a list", [{ active: true }], "identity_provider_unavailable"],
    ["no JSON", "active", "identity_provider_unavailable"],
    ["`active` twice", '{"active":true,"active":false}', "identity_provider_unavailable"],
    ["an inherited `active`", '{"__proto__":{"active":true}}', "identity_provider_unavailable"],
  ];
  for (const [what, answer, wanted, changes] of answers) {
    it(`of ${what} comes to ${wanted}`, async () => {
      expect(await ask(await start(reply(answer)), changes)).toBe(wanted);
    });
  }

  const failures: readonly (readonly [string, Reply])[] = [
    ["an error", (_asked, response) => response.writeHead(500).end()],
    ["our secret being wrong", (_asked, response) => response.writeHead(401).end()],
    ["a redirect", (_asked, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end()],
    ["no answer", () => {}],
    ["a broken connection", (_asked, response) => response.destroy()],
    ["an endless answer", (_asked, response) => void response.write("x".repeat(5000))],
  ];
  for (const [what, answer] of failures) {
    it(`that ends in ${what} says nothing of the token, and is not remembered`, async () => {
      const bench = await start(answer, { fetcher: { timeout: 200, maxBytes: 4096 } });
      expect(await ask(bench)).toBe("identity_provider_unavailable");
      bench.answer(reply({ active: true }));
      expect(await ask(bench)).toBe("ok");
      expect(bench.asked).toHaveLength(2);
    });
  }

  it("is not tried at an address that the provider's object does not allow (B65)", async () => {
    const bench = await start(reply({ active: true }));
    const provider = { ...bench.provider, allowPrivateAddresses: false };
    expect(await ask(bench, { provider })).toBe("identity_provider_unavailable");
    const secure = { url: bench.server.origin.replace("http:", "https:"), ignoreCacheControl: false };
    expect(await ask(bench, { provider: { ...provider, introspection: secure } })).toBe("unresolved_ref");
    expect(bench.asked).toEqual([]);
  });

  it("gives the secret to no other URL than the installer named, whatever the provider's object says (B100)", async () => {
    const bench = await start(reply({ active: true }), { credentials: { url: "https://id.example.com/introspect" } });
    expect(await ask(bench)).toBe("unresolved_ref");
    expect(bench.asked).toEqual([]);
  });

  it("without credentials is a reference that leads nowhere", async () => {
    expect(await ask(await start(reply({ active: true }), { credentials: "there are none" }))).toBe("unresolved_ref");
  });

  for (const token of ["", "two words", "a,b", "tokén", "a\nb", "x".repeat(20_000), "eyJhbGciOiJub25lIn0.eyJ.x", "=abc"]) {
    it(`asks nobody about ${JSON.stringify(token.slice(0, 40))}`, async () => {
      const bench = await start(reply({ active: true }));
      expect(await ask(bench, {}, token)).toBe("token_malformed");
      expect(bench.asked).toEqual([]);
    });
  }

  it("is made of JWTs of the issuer too", async () => {
    const bench = await start(reply({ active: true }));
    expect(await ask(bench, {}, makeToken(makeKey("ES256", "k")))).toBe("ok");
  });
});

describe("an answer", () => {
  it("is remembered for as long as the method says, and no longer than the token lives", async () => {
    const bench = await start(reply({ active: true, exp: START + 40 }));
    const method = makeIntrospection(bench.provider, { cacheSeconds: 60, clockSkew: 0 });
    const again = () => outcome(bench.ports.verifyIntrospection(method, "t"));
    expect(await again()).toBe("ok");
    bench.clock.advance(39);
    expect(await again()).toBe("ok");
    expect(bench.asked).toHaveLength(1);
    bench.answer(reply({ active: true, exp: START + 3600 }));
    bench.clock.advance(1);
    expect(await again()).toBe("ok");
    expect(bench.asked).toHaveLength(2);
    bench.answer(reply({ active: false }));
    bench.clock.advance(59);
    expect(await again()).toBe("ok");
    bench.clock.advance(1);
    expect(await again()).toBe("token_inactive");
    expect(bench.asked).toHaveLength(3);
  });

  it("of a refused token is remembered for ten seconds at most", async () => {
    const bench = await start(reply({ active: false }));
    expect(await ask(bench, { cacheSeconds: 3600 })).toBe("token_inactive");
    bench.answer(reply({ active: true }));
    bench.clock.advance(9.9);
    expect(await ask(bench, { cacheSeconds: 3600 })).toBe("token_inactive");
    bench.clock.advance(0.1);
    expect(await ask(bench, { cacheSeconds: 3600 })).toBe("ok");
  });

  it("is asked for each time where the method or the answer says so", async () => {
    const bench = await start(reply({ active: true }));
    for (let i = 0; i < 2; i++) await ask(bench, { cacheSeconds: 0 }, "a");
    bench.answer(reply({ active: true }, { "cache-control": "no-store" }));
    for (let i = 0; i < 2; i++) await ask(bench, {}, "b");
    expect(bench.asked.map(({ form }) => form["token"])).toEqual(["a", "a", "b", "b"]);
  });

  it("keeps the provider's own life, unless the provider's object overrules it", async () => {
    const bench = await start(reply({ active: true }, { "cache-control": "private, max-age=5" }));
    await ask(bench);
    bench.clock.advance(4.9);
    await ask(bench);
    expect(bench.asked).toHaveLength(1);
    bench.clock.advance(0.1);
    await ask(bench);
    expect(bench.asked).toHaveLength(2);

    bench.answer(reply({ active: true }, { "cache-control": "no-store" }));
    const { introspection } = bench.provider;
    const stubborn = { ...bench.provider, introspection: { url: introspection?.url, ignoreCacheControl: true } };
    for (let i = 0; i < 3; i++) await ask(bench, { provider: stubborn }, "b");
    expect(bench.asked).toHaveLength(3);
  });

  it("is asked for once by all who wait for it", async () => {
    const bench = await start(reply({ active: true }));
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => ask(bench)));
    expect(new Set(outcomes)).toEqual(new Set(["ok"]));
    expect(bench.asked).toHaveLength(1);
  });

  it("never counts for another provider, another audience or another token (B66)", async () => {
    const bench = await start(reply({ active: true, aud: "orders" }));
    await ask(bench);
    bench.answer(reply({ active: false }));
    const twin = { ...bench.provider, key: "IdentityProvider shop/twin", name: "shop/twin" };
    expect(await ask(bench, { provider: twin })).toBe("token_inactive");
    expect(await ask(bench, { audiences: ["orders"] })).toBe("token_inactive");
    expect(await ask(bench, {}, "opaque-token2")).toBe("token_inactive");
    expect(await ask(bench)).toBe("ok");
  });
});

describe("the endpoint", () => {
  it("is discovered once, if the document names the issuer and the installer named the endpoint", async () => {
    const bench = await start(reply({ active: true }));
    const { origin } = bench.server;
    const url = `${origin}/introspect`;
    const found = { ...bench.provider, issuer: origin, introspection: { url: undefined, ignoreCacheControl: false } };
    bench.answer((asked, response) =>
      reply(asked.contentType === "" ? { issuer: origin, introspection_endpoint: url } : { active: true })(asked, response),
    );
    expect(await ask(bench, { provider: found }, "a")).toBe("ok");
    expect(await ask(bench, { provider: found }, "b")).toBe("ok");
    expect(bench.server.asked).toEqual(["/.well-known/openid-configuration", "/introspect", "/introspect"]);
  });

  it("is not believed of a document for another issuer, and is looked for again after the cool-down", async () => {
    const bench = await start(reply({ issuer: "https://other.example", introspection_endpoint: "https://other.example/i" }));
    const found = {
      ...bench.provider,
      issuer: bench.server.origin,
      introspection: { url: undefined, ignoreCacheControl: false },
    };
    expect(await ask(bench, { provider: found })).toBe("identity_provider_unavailable");
    expect(await ask(bench, { provider: found })).toBe("identity_provider_unavailable");
    expect(bench.server.asked).toHaveLength(1);
    bench.clock.advance(30);
    expect(await ask(bench, { provider: found })).toBe("identity_provider_unavailable");
    expect(bench.server.asked).toHaveLength(2);
  });
});

it("whatever a provider answers comes to a verdict, and to an identity only where `active` is true", () => {
  const method = makeIntrospection(makeProvider(), { audiences: ["orders"] });
  const member = fc.constantFrom("active", "sub", "iss", "exp", "nbf", "iat", "aud", "scope", "__proto__", "x");
  const answer = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .dictionary(member, fc.oneof(fc.jsonValue(), fc.constantFrom(true, "orders", ISSUER)))
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(answer, (text) => {
      const { verification } = readAnswer(method, text, START * 1000);
      if (!verification.ok) return;
      expect(verification.identity.claims).toMatchObject({ active: true });
      expect([verification.identity.claims["aud"]].flat()).toContain("orders");
    }),
    { numRuns: 5000 },
  );
});
