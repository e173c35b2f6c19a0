import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSystemClock } from "../../../src/identity/clock.ts";
import { createFetcher } from "../../../src/identity/outbound/fetcher.ts";
import { type CredentialService, createCredentialPorts } from "../../../src/identity/ports.ts";
import type { IntrospectionMethod } from "../../../src/policy/model/authentication.ts";
import { outcome } from "../credentials.ts";
import { makeProvider } from "../issuer.ts";
import { createManualClock, type ManualClock } from "../manual-clock.ts";
import { makeIntrospection } from "./bench.ts";

const CALLER = { client_id: "frontend", client_secret: "a-secret-of-the-caller" };
const DOOR = { client_id: "sallyport", client_secret: "a-secret-of-the-door" };
const AUDIENCE = "https://orders.example";

/** Access tokens are opaque, and clients may ask about tokens of others. */
function openIdProvider(issuer: string): Provider {
  return new Provider(issuer, {
    clients: [CALLER, DOOR].map((client) => ({
      ...client,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    ttl: { ClientCredentials: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: "orders.read orders.write",
          audience: AUDIENCE,
          accessTokenFormat: "opaque",
          accessTokenTTL: 300,
        }),
      },
    },
  });
}

const basic = ({ client_id: id, client_secret: secret }: typeof CALLER): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

describe("a certified OpenID provider that is asked", () => {
  let server: Server;
  let issuer: string;
  let clock: ManualClock;
  let ports: CredentialService;
  let method: IntrospectionMethod;
  let questions = 0;

  beforeAll(async () => {
    let provider: Provider | undefined;
    server = createServer((request, response) => {
      if (request.url === "/token/introspection") questions++;
      void provider?.callback()(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    provider = openIdProvider(issuer);
    // The provider reads the machine's clock, so this one starts there.
    clock = createManualClock(createSystemClock().now());
    const fetcher = createFetcher();
    const credentials = {
      url: `${issuer}/token/introspection`,
      clientId: DOOR.client_id,
      clientSecret: DOOR.client_secret,
    };
    ports = createCredentialPorts({
      clock,
      fetcher,
      introspection: { poster: fetcher, findCredentials: async () => credentials },
    });
    // This provider marks every answer `no-store`.
    const introspection = { url: undefined, ignoreCacheControl: true };
    method = makeIntrospection(makeProvider({ issuer, keys: { from: "none" }, introspection }), { audiences: [AUDIENCE] });
    ports.setProviders([method.provider]);
  });

  afterAll(async () => {
    await ports.close();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  async function issue(): Promise<string> {
    const response = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { authorization: basic(CALLER) },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "orders.read orders.write" }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  it("vouches for the opaque tokens that it issues", async () => {
    const token = await issue();
    expect(ports.issuerOf(token)).toBeUndefined();
    const before = questions;
    expect(await ports.verifyIntrospection(method, token)).toEqual({
      ok: true,
      identity: {
        kind: "introspection",
        provider: "shop/corp",
        issuer,
        scopes: ["orders.read", "orders.write"],
        claims: expect.objectContaining({ active: true, client_id: "frontend", aud: AUDIENCE, iss: issuer }),
      },
    });
    expect(await outcome(ports.verifyIntrospection(method, token))).toBe("ok");
    expect(questions).toBe(before + 1);
  });

  it("is not believed for another audience, nor for a token that it never issued", async () => {
    expect(await outcome(ports.verifyIntrospection({ ...method, audiences: ["billing"] }, await issue()))).toBe(
      "token_audience_mismatch",
    );
    expect(await outcome(ports.verifyIntrospection(method, "never-issued"))).toBe("token_inactive");
  });

  it("is heard when it revokes, once the remembered answer has lived its life", async () => {
    const token = await issue();
    expect(await outcome(ports.verifyIntrospection(method, token))).toBe("ok");
    await fetch(`${issuer}/token/revocation`, {
      method: "POST",
      headers: { authorization: basic(CALLER) },
      body: new URLSearchParams({ token }),
    });
    clock.advance(59);
    expect(await outcome(ports.verifyIntrospection(method, token))).toBe("ok");
    clock.advance(1);
    expect(await outcome(ports.verifyIntrospection(method, token))).toBe("token_inactive");
  });
});
