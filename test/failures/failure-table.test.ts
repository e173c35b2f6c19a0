import { afterEach, describe, expect, it } from "vitest";
import { REASONS } from "../../src/policy/model/reason.ts";
import { makeKey, type SigningKey, signRaw } from "../identity/issuer.ts";
import { json, startProviderServer } from "../identity/provider-server.ts";
import { checkRequest, type Door, type DoorOptions, openDoor } from "./door.ts";

/** docs/semantics.md, "When something fails": a test a row, through the wire, on both transports. */

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const policy = (name: string, spec: string): string =>
  `apiVersion: sallyport.dev/v1alpha1\nkind: APIPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { matchLabels: { app: ${name} } }, ${spec} }\n`;
const provider = (issuer: string): string =>
  `apiVersion: sallyport.dev/v1alpha1\nkind: IdentityProvider\nmetadata: { name: corp, namespace: shop }\nspec: { issuer: "${issuer}", jwksUri: "${issuer}/keys", algorithms: [ES256], allowPrivateAddresses: true }\n`;
const ALLOW = "rules: [{ name: all, effect: Allow }]";
const DENY_ADMIN = '{ name: admin, effect: Deny, to: [{ paths: ["/admin"] }] }';
const BROKEN = `rules: [{ name: all, effect: Allow }, ${DENY_ADMIN}, { name: bad, effect: Allow, to: [{ paths: ["/a/**"] }] }]`;
const USERS = "authentication: [{ name: users, jwt: { providerRef: { name: corp }, audiences: [orders] } }]";
const ALLOWED = { status: 200, reason: "allowed" };

const tokenOf = (key: SigningKey, issuer: string, kid: string = key.kid): Record<string, string> => {
  const now = Math.floor(Date.now() / 1000);
  const token = signRaw(key, { alg: key.alg, kid }, { iss: issuer, aud: "orders", sub: "ada", iat: now, exp: now + 600 });
  return { authorization: `Bearer ${token}` };
};

describe.each(["grpc-js", "fast"] as const)("on the %s transport", (transport) => {
  const open = async (options: Omit<DoorOptions, "transport"> = {}): Promise<Door> => {
    const door = await openDoor({ transport, ...options });
    closing.push(() => door.close());
    return door;
  };

  it("policies that are not read yet: 503 not_synced", async () => {
    const door = await open();
    expect(await door.check()).toEqual({ status: 503, reason: "not_synced" });
    expect(door.recorded).toEqual(["not_synced"]);
  });

  it("a policy that does not compile at first sight: its target denies with 503, its sound Deny rules hold, others go on", async () => {
    const door = await open();
    await door.write({ "a.yaml": policy("orders", BROKEN), "b.yaml": policy("payments", ALLOW) });
    expect(await door.check()).toEqual({ status: 503, reason: "policy_invalid" });
    expect(await door.check(checkRequest({ path: "/admin" }))).toEqual({ status: 403, reason: "denied_by_rule" });
    expect(await door.check(checkRequest({ app: "payments" }))).toEqual(ALLOWED);
  });

  it("the same after a good version: the last good version stays in force", async () => {
    const door = await open();
    await door.write({ "a.yaml": policy("orders", ALLOW) });
    await door.write({ "a.yaml": policy("orders", BROKEN) });
    expect(await door.check()).toEqual(ALLOWED);
  });

  it("a file that cannot be parsed at the start: every target denies until it can", async () => {
    const door = await open();
    await door.write({ "a.yaml": "{ this is: [no yaml", "b.yaml": policy("orders", ALLOW) });
    expect(await door.check()).toEqual({ status: 503, reason: "policy_invalid" });
    await door.write({ "a.yaml": policy("payments", ALLOW) });
    expect(await door.check()).toEqual(ALLOWED);
  });

  it("a file that cannot be parsed any more: its last good content stays, and no other file is concerned", async () => {
    const door = await open();
    await door.write({ "a.yaml": policy("orders", ALLOW) });
    await door.write({ "a.yaml": "{ this is: [no yaml", "b.yaml": policy("payments", ALLOW) });
    expect(await door.check()).toEqual(ALLOWED);
    expect(await door.check(checkRequest({ app: "payments" }))).toEqual(ALLOWED);
  });

  it("a provider that is gone: 503 unresolved_ref at once, never the last good one", async () => {
    const key = makeKey("ES256", "k1");
    const server = await startProviderServer(json(JSON.stringify({ keys: [key.jwk] })));
    closing.push(() => server.close());
    const door = await open();
    await door.write({ "p.yaml": provider(server.origin), "a.yaml": policy("orders", `${USERS}, ${ALLOW}`) });
    const call = checkRequest({ headers: tokenOf(key, server.origin) });
    expect(await door.check(call)).toEqual(ALLOWED);
    await door.write({ "p.yaml": "" });
    expect(await door.check(call)).toEqual({ status: 503, reason: "unresolved_ref" });
  });

  it("keys that cannot be had: 503 identity_provider_unavailable, never a fall-back key", async () => {
    const key = makeKey("ES256", "k1");
    const server = await startProviderServer((_request, response) => response.writeHead(500).end());
    closing.push(() => server.close());
    const door = await open();
    await door.write({ "p.yaml": provider(server.origin), "a.yaml": policy("orders", `${USERS}, ${ALLOW}`) });
    const answer = await door.check(checkRequest({ headers: tokenOf(key, server.origin) }));
    expect(answer).toEqual({ status: 503, reason: "identity_provider_unavailable" });
  });

  it("a token with an unknown key id, inside the cool-down of the refresh: 401 token_key_unknown, and no further fetch", async () => {
    const key = makeKey("ES256", "k1");
    const server = await startProviderServer(json(JSON.stringify({ keys: [key.jwk] })));
    closing.push(() => server.close());
    const door = await open();
    await door.write({ "p.yaml": provider(server.origin), "a.yaml": policy("orders", `${USERS}, ${ALLOW}`) });
    expect(await door.check(checkRequest({ headers: tokenOf(key, server.origin) }))).toEqual(ALLOWED);
    for (const kid of ["x", "y"]) {
      const answer = await door.check(checkRequest({ headers: tokenOf(key, server.origin, kid) }));
      expect(answer).toEqual({ status: 401, reason: "token_key_unknown" });
    }
    expect(server.asked).toEqual(["/keys"]);
  });

  it("a condition that fails: unknown, so a Deny refuses and an Allow does not admit", async () => {
    const door = await open();
    const condition = `when: [{ expression: "request.headers['x-role'] == 'guest'" }]`;
    await door.write({
      "a.yaml": policy("orders", `rules: [{ name: all, effect: Allow }, { name: guests, effect: Deny, ${condition} }]`),
      "b.yaml": policy("payments", `rules: [{ name: guests, effect: Allow, ${condition} }]`),
    });
    expect(await door.check()).toEqual({ status: 403, reason: "denied_by_rule" });
    expect(await door.check(checkRequest({ app: "payments" }))).toEqual({ status: 403, reason: "no_rule_matched" });
  });

  it("a wait that would outlive the call: 503 deadline, before the caller gives up", async () => {
    const key = makeKey("ES256", "k1");
    const server = await startProviderServer(() => {});
    closing.push(() => server.close());
    const door = await open();
    await door.write({ "p.yaml": provider(server.origin), "a.yaml": policy("orders", `${USERS}, ${ALLOW}`) });
    const answer = await door.check(checkRequest({ headers: tokenOf(key, server.origin) }), Date.now() + 400);
    expect(answer).toEqual({ status: 503, reason: "deadline" });
  });

  it("a CheckRequest that is too large: 413; one that cannot be decoded: 400; both explicit", async () => {
    const door = await open({ limits: { maxMessageBytes: 131_072 } });
    await door.write({ "a.yaml": policy("orders", ALLOW) });
    expect(await door.check(Buffer.alloc(200_000))).toEqual({ status: 413, reason: "request_too_large" });
    expect(await door.check(Buffer.from([0xff, 0xff, 0xff]))).toEqual({ status: 400, reason: "request_undecodable" });
  });

  it("more calls waiting than can be answered: 503 overloaded, explicit", async () => {
    const key = makeKey("ES256", "k1");
    const held: (() => void)[] = [];
    const asked = Promise.withResolvers<void>();
    const server = await startProviderServer((_request, response) => {
      held.push(() => json(JSON.stringify({ keys: [key.jwk] }))(_request, response));
      asked.resolve();
    });
    closing.push(() => server.close());
    const door = await open({ limits: { maxPending: 1 } });
    await door.write({ "p.yaml": provider(server.origin), "a.yaml": policy("orders", `${USERS}, ${ALLOW}`) });
    const call = checkRequest({ headers: tokenOf(key, server.origin) });
    await asked.promise;
    const both = [door.check(call), door.check(call)];
    expect(await Promise.race(both)).toEqual({ status: 503, reason: "overloaded" });
    for (const release of held) release();
    expect((await Promise.all(both)).map(({ reason }) => reason).toSorted()).toEqual(["allowed", "overloaded"]);
  });

  it("a call that waited too long before it was looked at: 503 overloaded, and to be asked again", async () => {
    let wait = 151;
    const door = await open({ waited: () => wait });
    await door.write({ "a.yaml": policy("orders", `peer: { mtls: Optional }, ${ALLOW}`) });
    expect(await door.check()).toEqual({ status: 503, reason: "overloaded" });
    wait = 150;
    expect(await door.check()).toEqual(ALLOWED);
  });

  it("a body that Envoy cut off, where a rule needs it: 413 body_truncated", async () => {
    const door = await open();
    await door.write({
      "a.yaml": policy("orders", `rules: [{ name: small, effect: Allow, when: [{ expression: "request.body.contains('a')" }] }]`),
    });
    const headers = { "content-length": "3" };
    expect(await door.check(checkRequest({ headers, body: { text: "aaa", size: 3 } }))).toEqual(ALLOWED);
    const cut = checkRequest({ headers: { "content-length": "9" }, body: { text: "aaa", size: 9 } });
    expect(await door.check(cut)).toEqual({ status: 413, reason: "body_truncated" });
  });

  it("an exception of our own: 503 internal; the process lives and the next call is answered", async () => {
    let faulty = true;
    const door = await open({
      peer: () => {
        if (faulty) throw new Error("a fault of ours");
        return undefined;
      },
    });
    await door.write({ "a.yaml": policy("orders", `peer: { mtls: Optional }, ${ALLOW}`) });
    expect(await door.check()).toEqual({ status: 503, reason: "internal" });
    faulty = false;
    expect(await door.check()).toEqual(ALLOWED);
    expect(door.recorded).toEqual(["internal", "allowed"]);
  });
});

it("every failure of ours answers 503, whatever `failure_mode_allow` says", () => {
  const ours = Object.values(REASONS).filter((entry) => entry.class === "unavailable");
  expect(new Set(ours.map(({ status }) => status))).toEqual(new Set([503]));
});
