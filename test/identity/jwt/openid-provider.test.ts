import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSystemClock } from "../../../src/identity/clock.ts";
import { createFetcher } from "../../../src/identity/outbound/fetcher.ts";
import { type CredentialService, createCredentialPorts } from "../../../src/identity/ports.ts";
import type { JwtMethod } from "../../../src/policy/model/authentication.ts";
import { outcome } from "../credentials.ts";
import { makeKey, makeMethod, makeProvider, type SigningKey } from "../issuer.ts";
import { createManualClock, type ManualClock } from "../manual-clock.ts";

const AUDIENCE = "https://orders.example";
const CLIENT = { client_id: "frontend", client_secret: "a-secret-of-this-test" };

/** The provider as an operator would run it: access tokens are JWTs for one resource, by client credentials. */
function openIdProvider(issuer: string, ...keys: readonly SigningKey[]): Provider {
  return new Provider(issuer, {
    clients: [{ ...CLIENT, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }],
    jwks: { keys: keys.map(({ privateKey, kid, alg }) => ({ ...privateKey.export({ format: "jwk" }), kid, alg, use: "sig" })) },
    ttl: { ClientCredentials: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: "orders.read orders.write",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          accessTokenTTL: 300,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
}

describe("a certified OpenID provider", () => {
  const [oldKey, newKey] = [makeKey("RS256", "2026-01"), makeKey("RS256", "2026-02")];
  let server: Server;
  let issuer: string;
  let running: Provider;
  let clock: ManualClock;
  let ports: CredentialService;
  let method: JwtMethod;
  let refreshes = 0;

  beforeAll(async () => {
    server = createServer((request, response) => void running.callback()(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    running = openIdProvider(issuer, oldKey);

    // The provider reads the machine's clock, so this one starts there.
    clock = createManualClock(createSystemClock().now());
    ports = createCredentialPorts({ clock, fetcher: createFetcher(), random: () => 0, report: () => refreshes++ });
    const provider = makeProvider({ issuer, keys: { from: "discovery" }, algorithms: ["RS256"] });
    ports.setProviders([provider]);
    method = makeMethod(provider, { audiences: [AUDIENCE] });
  });

  afterAll(async () => {
    await ports.close();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  async function issue(scope = "orders.read"): Promise<string> {
    const response = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  it("vouches for the tokens that it issues", async () => {
    const token = await issue("orders.read orders.write");
    expect(ports.issuerOf(token)).toBe(issuer);
    const verification = await ports.verifyJwt(method, token);
    expect(verification).toEqual({
      ok: true,
      identity: {
        kind: "jwt",
        provider: "shop/corp",
        subject: "frontend",
        issuer,
        scopes: ["orders.read", "orders.write"],
        claims: expect.objectContaining({ client_id: "frontend", aud: AUDIENCE }),
      },
    });
    expect(await ports.verifyJwt(method, token)).toBe(verification);
  });

  it("is not believed for another audience", async () => {
    expect(await outcome(ports.verifyJwt({ ...method, audiences: ["https://billing.example"] }, await issue()))).toBe(
      "token_audience_mismatch",
    );
  });

  it("rotates its key with no false refusal, and the old key's tokens end with the key", async () => {
    const before = await issue();
    expect(await outcome(ports.verifyJwt(method, before))).toBe("ok");

    // The new key is published a refresh interval before its use: the signing key is the first of the set.
    running = openIdProvider(issuer, oldKey, newKey);
    const published = refreshes;
    clock.advance(240);
    await expect.poll(() => refreshes).toBe(published + 1);
    running = openIdProvider(issuer, newKey, oldKey);
    const after = await issue();
    expect(await Promise.all([before, after].map((token) => outcome(ports.verifyJwt(method, token))))).toEqual(["ok", "ok"]);
    expect(refreshes).toBe(published + 1);

    running = openIdProvider(issuer, newKey);
    await expect.poll(() => clock.nextIn()).toBe(240);
    clock.advance(60);
    const lasting = await issue();
    clock.advance(180);
    await expect.poll(() => refreshes).toBe(published + 2);
    await expect.poll(() => outcome(ports.verifyJwt(method, before))).not.toBe("ok");
    expect(await outcome(ports.verifyJwt({ ...method, clockSkew: 600 }, before))).toBe("token_key_unknown");
    expect(await outcome(ports.verifyJwt({ ...method, clockSkew: 600 }, lasting))).toBe("ok");
  });
});
