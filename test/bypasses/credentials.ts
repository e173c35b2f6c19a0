import { createIssuer, type Issuer, secondsFromNow } from "../envoy/fixtures/issuer.ts";
import { encode, hmac, makeKey, type SigningKey, signRaw } from "../identity/issuer.ts";

/** Every token and key that an attack names, and what the manifests must say for the good ones to be good. */
export interface Credentials {
  readonly corp: Issuer;
  /** Keys of the provider `corp`: what signs, and another of the same algorithm. */
  readonly jwks: string;
  readonly apiKeys: ReadonlyMap<string, string>;
  /** Puts tokens and keys in the place of `{token NAME}` and `{key NAME}`. */
  fill(text: string): string;
}

const API_KEYS: ReadonlyMap<string, string> = new Map([
  ["acme", "key-of-acme-0123456789"],
  ["of-another-namespace", "key-of-another-namespace"],
  ["of-other-labels", "key-of-other-labels-0123"],
  ["in-an-opaque-secret", "key-in-an-opaque-secret-"],
]);

/** The issuer of each provider whose keys cannot be had. */
const LOST_ISSUERS = ["unreachable", "loopback", "metadata", "by-file", "redirecting", "elsewhere"] as const;

export function issuerUrl(name: string): string {
  return `https://${name}.example`;
}

export function createCredentials(): Credentials {
  const corp = createIssuer(issuerUrl("corp"));
  const second = makeKey("ES256", "second");
  const foreign = makeKey("ES256", corp.key.kid);
  const make = createTokens(corp, second, foreign);
  const made = new Map<string, string>();
  const token = (name: string): string => {
    let text = made.get(name);
    if (text === undefined) {
      text = make(name);
      made.set(name, text);
    }
    return text;
  };
  const key = (name: string): string => {
    const found = API_KEYS.get(name);
    if (found === undefined) throw new Error(`no key is named \`${name}\``);
    return found;
  };
  return {
    corp,
    jwks: JSON.stringify({ keys: [corp.key.jwk, second.jwk] }),
    apiKeys: API_KEYS,
    fill: (text) =>
      text.replace(/\{(token|key) ([^}]+)\}/g, (_, kind: string, name: string) => (kind === "key" ? key(name) : token(name))),
  };
}

/** Claims or header members as JSON text, for what no object can say: a name twice, a number of that very form. */
function createTokens(corp: Issuer, second: SigningKey, foreign: SigningKey): (name: string) => string {
  const { kid } = corp.key;
  const editor = { role: "editor" };
  const claims = (changes: object): string => corp.token({ ...editor, ...changes });
  const header = (members: object): string => corp.token(editor, { ...members });
  const text = JSON.stringify(corp.claims(editor));
  const withText = (more: string): string => corp.signed({ alg: "ES256", kid }, `${text.slice(0, -1)},${more}}`);
  const parts = corp.token(editor).split(".");
  const [head = "", body = "", signature = ""] = parts;
  const offering = (members: object, named: boolean): string =>
    signRaw(foreign, { alg: "ES256", ...(named && { kid }), ...members }, corp.claims(editor));
  const now = secondsFromNow;
  const offers: readonly (readonly [string, object])[] = [
    ["jwk", { jwk: foreign.jwk }],
    ["jku", { jku: "http://127.0.0.1:9/keys" }],
    ["x5u", { x5u: "http://127.0.0.1:9/chain" }],
    ["x5c", { x5c: ["MIIB"] }],
  ];
  const tokens = new Map<string, () => string>([
    ["good", () => corp.token(editor)],
    ["for-billing", () => claims({ aud: "billing" })],
    ["no-names", () => claims({ sub: undefined })],
    ["tenant", () => claims({ tenant: "blue" })],
    ["tenant-empty", () => claims({ tenant: "" })],
    ["tenant-null", () => claims({ tenant: null })],
    ["tenant-empty-list", () => claims({ tenant: [] })],
    ["tenant-empty-object", () => claims({ tenant: {} })],
    ["inherited", () => withText('"__proto__":"y","toString":"t"')],
    ["sub-crlf", () => claims({ sub: "ada\r\nx-admin: 1" })],
    ["sub-space", () => claims({ sub: "ada x-admin" })],
    ["sub-unicode", () => claims({ sub: "ad\u0430" })],
    ["sub-nul", () => claims({ sub: "ada\0" })],
    ...["none", "None", "NONE", "nOnE"].map((alg) => [alg, () => `${encode({ alg, kid })}.${body}.`] as const),
    ["none-with-signature", () => `${encode({ alg: "none", kid })}.${body}.${signature}`],
    ["empty-alg", () => `${encode({ alg: "", kid })}.${body}.${signature}`],
    ["no-alg", () => `${encode({ kid })}.${body}.${signature}`],
    ["hs256-pem", () => corp.withPublicKeyAsSecret("pem")],
    ["hs256-jwk", () => corp.withPublicKeyAsSecret("jwk")],
    [
      "hs512-pem",
      () =>
        hmac(corp.key.publicKey.export({ type: "spki", format: "pem" }).toString(), { alg: "HS512", kid }, corp.claims(editor)),
    ],
    ["unknown-kid", () => header({ kid: "next" })],
    ["kid-path", () => header({ kid: "../../etc/passwd" })],
    ["kid-number", () => header({ kid: 7 })],
    ["kid-of-another-key", () => header({ kid: second.kid })],
    ["forged-with-kid", () => signRaw(foreign, { alg: "ES256", kid }, corp.claims(editor))],
    ["forged-without-kid", () => signRaw(foreign, { alg: "ES256" }, corp.claims(editor))],
    ...offers.flatMap(([name, members]) => [
      [`${name}-with-kid`, () => offering(members, true)] as const,
      [`${name}-without-kid`, () => offering(members, false)] as const,
    ]),
    ["iss-unknown", () => claims({ iss: "https://evil.example" })],
    ["iss-prefix", () => claims({ iss: `${corp.url}.evil` })],
    ["iss-slash", () => claims({ iss: `${corp.url}/` })],
    ["iss-case", () => claims({ iss: corp.url.toUpperCase() })],
    ["iss-list", () => claims({ iss: [corp.url] })],
    ["no-iss", () => claims({ iss: undefined })],
    ["aud-missing", () => claims({ aud: undefined })],
    ["aud-other", () => claims({ aud: "billing" })],
    ["aud-list-other", () => claims({ aud: ["billing", "orders-admin"] })],
    ["aud-prefix", () => claims({ aud: "orders-admin" })],
    ["aud-empty", () => claims({ aud: "" })],
    ["aud-empty-list", () => claims({ aud: [] })],
    ["aud-case", () => claims({ aud: "Orders" })],
    ["aud-joined", () => claims({ aud: "billing,orders" })],
    ["aud-object", () => claims({ aud: { orders: true } })],
    ["aud-number", () => claims({ aud: 7 })],
    ["exp-past", () => claims({ exp: now(-600), iat: now(-900) })],
    ["exp-missing", () => claims({ exp: undefined })],
    ["exp-text", () => claims({ exp: String(now(300)) })],
    ["exp-null", () => claims({ exp: null })],
    ["exp-huge", () => corp.signed({ alg: "ES256", kid }, text.replace(/"exp":\d+/, '"exp":1e999'))],
    ["exp-negative", () => claims({ exp: -1 })],
    ["nbf-future", () => claims({ nbf: now(200) })],
    ["nbf-text", () => claims({ nbf: "0" })],
    ["iat-future", () => claims({ iat: now(200) })],
    ["life-too-long", () => claims({ aud: "billing", iat: now(-10), exp: now(700) })],
    ["life-unknown", () => claims({ aud: "billing", iat: undefined })],
    ["exp-beyond-skew", () => claims({ iat: now(-90), exp: now(-31) })],
    ["nbf-beyond-skew", () => claims({ nbf: now(90) })],
    ["iat-beyond-skew", () => claims({ iat: now(90) })],
    ["twice-iss", () => withText(`"iss":${JSON.stringify(corp.url)}`)],
    ["twice-role", () => withText('"role":"guest"')],
    ["twice-role-escaped", () => withText('"r\\u006fle":"guest"')],
    ["role-nested", () => claims({ role: [["guest"], ["editor"]] })],
    ["role-object", () => claims({ role: { editor: true } })],
    ["role-null", () => claims({ role: null })],
    ["role-double", () => claims({ role: 1.5 })],
    ["role-case", () => claims({ role: "Editor" })],
    ["role-inherited", () => claims({ role: undefined })],
    [
      "role-under-proto",
      () => corp.signed({ alg: "ES256", kid }, `${JSON.stringify(corp.claims()).slice(0, -1)},"__proto__":{"role":"editor"}}`),
    ],
    ["padded", () => `${head}=.${body}.${signature}`],
    ["plain-base64", () => `${head}.${body.slice(0, -1)}+.${signature}`],
    ["trailing-bits", () => `${head}.${Buffer.from(`${text} `).toString("base64url").slice(0, -1)}B.${signature}`],
    ["four-parts", () => `${head}.${body}.${signature}.${signature}`],
    ["two-parts", () => `${head}.${body}`],
    ["json-form", () => JSON.stringify({ payload: body, protected: head, signature })],
    ["spaces-inside", () => `${head} .${body}.${signature}`],
    ["not-utf8", () => `${head}.${Buffer.from(text.replace("ada", "ad\xff"), "latin1").toString("base64url")}.${signature}`],
    ["trailing-dot", () => `${head}.${body}.${signature}.`],
    ["signature-padded", () => `${head}.${body}.${signature}==`],
    ["empty-signature", () => `${head}.${body}.`],
    ["crit", () => header({ crit: ["exp"] })],
    ["b64-false", () => header({ crit: ["b64"], b64: false })],
    ["typ-logout", () => header({ typ: "logout+jwt" })],
    ["too-long", () => claims({ filler: "x".repeat(16_384) })],
    ["a-megabyte", () => claims({ filler: "x".repeat(1_048_576) })],
    ...LOST_ISSUERS.map((name) => [`of-${name}`, () => claims({ iss: issuerUrl(name) })] as const),
  ]);
  return (name) => {
    const token = tokens.get(name);
    if (token === undefined) throw new Error(`no token is named \`${name}\``);
    return token();
  };
}
