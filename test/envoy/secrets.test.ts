import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCheckClient } from "../extauthz/check-client.ts";
import { createIssuer, secondsFromNow } from "./fixtures/issuer.ts";
import { apiKey, documents, manifest, provider, service } from "./fixtures/manifests.ts";
import type { Call, ClientCertificate } from "./harness/call.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { until } from "./harness/until.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);

const issuer = createIssuer("https://corp.example");
const impostor = createIssuer("https://corp.example");

/** Everything that must never be seen again, by where it was put. */
const secrets = new Map<string, string>();

/** A text that stands nowhere else. */
function secret(where: string): string {
  const text = `zq${where.replaceAll(/[^a-z]/g, "").slice(0, 12)}${(secrets.size + 1000).toString(36)}Xk9w`;
  secrets.set(where, text);
  return text;
}

/** Notes the parts of a token that only its owner should have: claims in their encoded form, and the signature. */
function tokenSecret(where: string, token: string): string {
  const [, payload = "", signature = ""] = token.split(".");
  secrets.set(`${where}: payload`, payload);
  if (signature !== "") secrets.set(`${where}: signature`, signature);
  return token;
}

const KEY = secret("a good key");

const orders = manifest("APIPolicy", "orders", {
  targetRefs: [{ group: "", kind: "Service", name: "orders" }],
  peer: { mtls: "Optional" },
  authentication: [
    {
      name: "users",
      jwt: {
        providerRef: { name: "corp" },
        audiences: ["orders"],
        from: [{ header: "authorization", prefix: "Bearer" }, { cookie: "session" }, { query: "token" }],
      },
      claimsToHeaders: [{ claim: "card", header: "x-card" }],
    },
    {
      name: "partners",
      apiKey: { selector: { matchLabels: { app: "orders" } }, from: [{ header: "x-api-key" }, { query: "key" }] },
    },
    { name: "anyone", anonymous: {} },
  ],
  rules: [
    { name: "open", effect: "Allow", to: [{ paths: ["/open/{**}"] }] },
    { name: "users", effect: "Allow", from: [{ authentication: ["users"] }], to: [{ paths: ["/users/{id}"] }] },
    { name: "partners", effect: "Allow", from: [{ authentication: ["partners"] }], to: [{ paths: ["/partners"] }] },
    { name: "small", effect: "Allow", to: [{ paths: ["/body"] }], when: [{ expression: "request.json.amount < 100" }] },
    { name: "seen", effect: "Audit", when: [{ expression: "request.headers['x-note'] == 'x'" }] },
    {
      name: "errs",
      effect: "Deny",
      to: [{ paths: ["/errs"] }],
      when: [{ expression: "int(request.headers['x-note']) > 1 || request.headers['x-note'].matches(request.query.q)" }],
    },
  ],
});

describe.skipIf(envoy === undefined)("what a caller sends in confidence", () => {
  let world: World;
  let frontend: ClientCertificate;

  beforeAll(async () => {
    world = await startWorld({
      envoy: envoy ?? "",
      services: [{ name: "orders", body: { maxBytes: 64 } }],
      door: {
        manifests: {
          "orders.yaml": orders,
          "trial.yaml": manifest("APIPolicy", "trial", { mode: "Shadow", rules: [] }),
          "provider.yaml": provider("corp", issuer),
          "key.yaml": documents(service("orders"), apiKey("acme", KEY, { app: "orders" })),
        },
        arguments: ["--log-level", "debug"],
      },
    });
    frontend = await world.clientOf("shop/frontend");
  });
  afterAll(() => world?.stop());

  const bearer = (token: string): readonly [string, string] => ["authorization", `Bearer ${token}`];

  /** All that the data plane tells anybody but the caller. */
  const told = async (): Promise<string> => {
    const door = world.dataPlane;
    if (door === undefined) throw new Error("the world has no data plane");
    return [...door.lines, (await door.admin("/metrics")).body, (await door.admin("/readyz?verbose")).body].join("\n");
  };

  /** What was told at some moment: `/readyz` speaks of the present alone. */
  const heard: string[] = [];

  const found = (text: string, but: (where: string) => boolean = () => false): readonly string[] =>
    [...secrets]
      .filter(([where]) => !but(where))
      .filter(([, one]) =>
        [
          one,
          encodeURIComponent(one),
          Buffer.from(one).toString("base64url").slice(0, -2),
          Buffer.from(one).toString("hex"),
        ].some((form) => text.includes(form)),
      )
      .map(([where]) => where);

  const good = (where: string, claims: { readonly [name: string]: unknown } = {}): string =>
    tokenSecret(where, issuer.token({ card: secret(`${where}: claim`), ...claims }));
  const bad = (where: string, claims: { readonly [name: string]: unknown } = {}): string =>
    tokenSecret(where, impostor.token({ sub: secret(`${where}: subject`), email: secret(`${where}: claim`), ...claims }));

  const calls: readonly (readonly [string, number, () => Call])[] = [
    ["a good token in the header", 200, () => ({ path: "/users/7", headers: [bearer(good("token header"))] })],
    ["a good token in the cookie", 200, () => ({ path: "/users/7", headers: [["cookie", `session=${good("token cookie")}`]] })],
    ["a good token in the query", 200, () => ({ path: `/users/7?token=${good("token query")}` })],
    ["a good token, denied", 403, () => ({ path: "/closed", headers: [bearer(good("token denied"))] })],
    ["a forged token", 401, () => ({ path: "/users/7", headers: [bearer(bad("forged"))] })],
    [
      "an expired token",
      401,
      () => ({
        path: "/users/7",
        headers: [bearer(tokenSecret("expired", issuer.token({ sub: secret("expired subject"), exp: secondsFromNow(-900) })))],
      }),
    ],
    [
      "a token for another audience",
      401,
      () => ({ path: "/users/7", headers: [bearer(tokenSecret("audience", issuer.token({ aud: secret("audience claim") })))] }),
    ],
    [
      "a token of an issuer nobody knows",
      401,
      () => ({
        path: "/users/7",
        headers: [bearer(tokenSecret("issuer", issuer.token({ iss: `https://${secret("issuer claim")}.example` })))],
      }),
    ],
    [
      "a token with a secret key id",
      401,
      () => ({ path: "/users/7", headers: [bearer(tokenSecret("kid", issuer.token({}, { kid: secret("kid header") })))] }),
    ],
    [
      "a token with a secret algorithm",
      401,
      () => ({ path: "/users/7", headers: [bearer(tokenSecret("alg", issuer.token({}, { alg: secret("alg header") })))] }),
    ],
    ["a token that is cut", 401, () => ({ path: "/users/7", headers: [bearer(good("cut").slice(0, -9))] })],
    ["no token at all", 401, () => ({ path: "/users/7", headers: [bearer(secret("nonsense"))] })],
    [
      "Basic credentials",
      401,
      () => ({
        path: "/users/7",
        headers: [["authorization", `Basic ${Buffer.from(`ada:${secret("password")}`).toString("base64")}`]],
      }),
    ],
    [
      "a token with a secret for its name",
      401,
      () => ({
        path: "/users/7",
        headers: [["cookie", `session=${secret("session")}; ${secret("cookie name")}=1; other=${secret("other cookie")}`]],
      }),
    ],
    ["a good key", 200, () => ({ path: "/partners", headers: [["x-api-key", KEY]] })],
    [
      "a good key in the query",
      200,
      () => ({ path: `/partners?key=${KEY}&more=${secret("query value")}&${secret("query name")}` }),
    ],
    ["a wrong key", 401, () => ({ path: "/partners", headers: [["x-api-key", secret("wrong key")]] })],
    ["a wrong key in the query", 401, () => ({ path: `/partners?key=${secret("wrong query key")}` })],
    ["a key where it is not looked for", 403, () => ({ path: "/closed", headers: [["x-other-key", secret("other key")]] })],
    ["a query, denied", 403, () => ({ path: `/closed?card=${secret("denied query")}` })],
    ["a query behind an escaped question mark", 400, () => ({ path: `/closed%3Fcard=${secret("escaped query")}` })],
    ["parameters of a segment, denied", 403, () => ({ path: `/closed;session=${secret("path parameter")}/x` })],
    ["a fragment that Envoy refuses", 400, () => ({ path: `/closed#${secret("fragment")}` })],
    ["a token in the path, denied", 403, () => ({ path: `/reset/${bad("token in path")}` })],
    ["a path that is let through", 200, () => ({ path: `/open/${secret("open path")}` })],
    [
      "a header, denied",
      403,
      () => ({
        path: "/closed",
        headers: [
          ["x-note", secret("header")],
          ["x-forwarded-for", secret("forwarded for")],
        ],
      }),
    ],
    ["a header's name, denied", 403, () => ({ path: "/closed", headers: [[secret("header name").toLowerCase(), "1"]] })],
    [
      "headers on which a condition errs",
      403,
      () => ({ path: `/errs?q=(${secret("pattern")}`, headers: [["x-note", secret("not a number")]] }),
    ],
    [
      "a name that is a user's, in the Host",
      400,
      () => ({ path: "/open/x", host: `ada:${secret("host password")}@orders.shop` }),
    ],
    [
      "a name that is a user's, in the target",
      403,
      () => ({
        path: "/",
        raw: `GET http://ada:${secret("target password")}@orders.shop/closed HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n\r\n`,
      }),
    ],
    [
      "a certificate that a header claims",
      403,
      () => ({ path: "/closed", headers: [["x-forwarded-client-cert", `URI=spiffe://cluster.local/${secret("certificate")}`]] }),
    ],
    [
      "a body that a rule reads",
      200,
      () => ({
        method: "POST",
        path: "/body",
        headers: [["content-type", "application/json"]],
        body: `{"amount":1,"card":"${secret("body")}"}`,
      }),
    ],
    [
      "a body that a rule refuses",
      403,
      () => ({
        method: "POST",
        path: "/body",
        headers: [["content-type", "application/json"]],
        body: `{"amount":999,"card":"${secret("refused body")}"}`,
      }),
    ],
    [
      "a body that is not JSON",
      403,
      () => ({
        method: "POST",
        path: "/body",
        headers: [["content-type", "application/json"]],
        body: `{"card": ${secret("broken body")}`,
      }),
    ],
    [
      "a body that is cut",
      413,
      () => ({
        method: "POST",
        path: "/body",
        headers: [["content-type", "application/json"]],
        body: `{"card":"${secret("cut body")}","filler":"${"x".repeat(100)}"}`,
      }),
    ],
    ["a body that no rule reads", 403, () => ({ method: "POST", path: "/closed", body: secret("unread body") })],
  ];

  test.each(calls)("%s: %i", async (_what, status, call) => {
    for (const clientCertificate of [undefined, frontend]) {
      const result = await world.call("orders", { ...call(), ...(clientCertificate && { clientCertificate }) });
      expect(result.status).toBe(status);
    }
  });

  test("a CheckRequest that cannot be decoded", async () => {
    const client = createCheckClient(`127.0.0.1:${world.dataPlane?.grpcPort}`);
    const answer = await client.check(Buffer.from(`\x0a\x7f${secret("undecodable")}`));
    client.close();
    expect(answer).toMatchObject({ deniedResponse: { status: { code: 400 } } });
  });

  const files: readonly (readonly [string, () => string])[] = [
    [
      "a key that is too short, and one with a space",
      () =>
        documents(
          apiKey("short", secret("short key").slice(0, 15), {}),
          apiKey("spaced", `two words ${secret("spaced key")}`, {}),
        ),
    ],
    [
      "a Secret that is no YAML",
      () => `kind: Secret\ntype: sallyport.dev/api-key\nstringData: { api_key: ${secret("broken secret")}: [}\n`,
    ],
    ["a Secret with a misspelt field", () => apiKey("misspelt", secret("misspelt key"), {}).replace("stringData", "stringdata")],
    [
      "a key that is not base64",
      () =>
        `{ apiVersion: v1, kind: Secret, type: sallyport.dev/api-key, metadata: { name: a, namespace: shop }, data: { api_key: "~${secret("no base")}" } }\n`,
    ],
    [
      "a Secret of another type",
      () =>
        `{ apiVersion: v1, kind: Secret, type: Opaque, metadata: { name: b, namespace: shop }, stringData: { password: ${secret("opaque")} } }\n`,
    ],
    [
      "a provider with a private key",
      () =>
        manifest("IdentityProvider", "private", {
          issuer: "https://private.example",
          jwks: JSON.stringify({
            keys: [{ ...issuer.key.privateKey.export({ format: "jwk" }), kid: "p", d: secret("private key") }],
          }),
        }),
    ],
    [
      "a provider whose address holds a password",
      () =>
        manifest("IdentityProvider", "userinfo", {
          issuer: "https://userinfo.example",
          jwksUri: `https://svc:${secret("provider password")}@127.0.0.1/keys`,
        }),
    ],
    [
      "a provider that cannot be reached, with a token in its address",
      () =>
        manifest("IdentityProvider", "query", {
          issuer: "https://query.example",
          jwksUri: `https://127.0.0.1:9/keys?code=${secret("provider query")}`,
        }),
    ],
  ];

  test.each(files)("%s", async (_what, text) => {
    const door = world.dataPlane;
    const plans = (): number => door?.lines.filter((line) => line.includes('"plan in force"')).length ?? 0;
    const before = plans();
    await door?.write("odd.yaml", text());
    await until(() => plans() > before, "the file to be read");
    heard.push(await told());
    expect(found(heard.at(-1) ?? "")).toEqual([]);
  });

  test("appears nowhere in the log, the metrics and the state of readiness", async () => {
    const door = world.dataPlane;
    await until(() => door?.lines.some((line) => line.includes("keys could not be refreshed")) ?? false, "the failed refresh");
    expect(secrets.size).toBeGreaterThan(60);
    expect(found([...secrets.values()].join("\n"))).toHaveLength(secrets.size);
    expect(found([...heard, await told()].join("\n"))).toEqual([]);
    await door?.stop();
    expect(found(door?.lines.join("\n") ?? "")).toEqual([]);
  });

  test("appears nowhere in Envoy's access log either, but for what stood in the path itself", () => {
    const inPath = /^(?:token in path|open path|path parameter|escaped query)/;
    expect(found(world.envoy("orders").log().join("\n"), (where) => inPath.test(where))).toEqual([]);
  });

  test("and what was told was worth telling: a line for each decision, with its reason", () => {
    const decisions = world.dataPlane?.decisions ?? [];
    expect(decisions.length).toBeGreaterThan(60);
    expect(new Set(decisions.map((line) => line["reason"]))).toEqual(
      new Set([
        "allowed",
        "no_rule_matched",
        "denied_by_rule",
        "credential_unrecognized",
        "token_signature_invalid",
        "token_expired",
        "token_audience_mismatch",
        "token_key_unknown",
        "token_algorithm_refused",
        "api_key_unknown",
        "host_invalid",
        "path_escaped_separator",
        "body_truncated",
        "request_undecodable",
      ]),
    );
  });
});
