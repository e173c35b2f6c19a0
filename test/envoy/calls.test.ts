import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import { createIssuer, secondsFromNow } from "./fixtures/issuer.ts";
import { apiKey, documents, provider, service } from "./fixtures/manifests.ts";
import type { Call, CallResult, ClientCertificate } from "./harness/call.ts";
import { requireEnvoy } from "./harness/requirements.ts";
import { startWorld, type World } from "./harness/world.ts";

const envoy = await requireEnvoy(import.meta.url);

const KEY = "key-of-acme-0123456789";
const corp = createIssuer("https://corp.example", "RS256");
const partner = createIssuer("https://partner.example", "ES256");
/** Signs in corp's name with a key of its own. */
const impostor = createIssuer("https://corp.example", "RS256");

/** Who may call. `nobody` calls in plaintext, `bare` shows no certificate in the handshake. */
type Caller =
  | "nobody"
  | "bare"
  | "shop/frontend"
  | "shop/backend"
  | "ops/console"
  | "foreign authority"
  | "other trust domain"
  | "look-alike trust domain"
  | "expired"
  | "not yet valid";

type Headers = readonly (readonly [string, string])[];

interface Row {
  readonly what: string;
  readonly by?: Caller;
  readonly to?: "orders" | "ledger" | "site" | "adrift" | "joined" | "stranger";
  readonly call: Call;
  readonly status: number;
  /** `x-sallyport-reason` of a denial, or the reason of the allow; `null` where Envoy answered or closed without asking the door. */
  readonly reason: string | null;
  /** Of a call that is let through: everything that the service saw of its headers but those that each call has. None unless given. */
  readonly saw?: Headers;
  /** The path that the service saw, where it is not the one that was sent. */
  readonly path?: string;
  /** Headers of the answer, `null` for one that must not be there. */
  readonly answer?: { readonly [name: string]: string | null };
  readonly body?: string;
}

/** What Envoy and HTTP put on each call. */
const ALWAYS = new Set([
  "host",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-client-cert",
  "x-request-id",
  "x-envoy-external-address",
  "content-length",
]);

const bearer = (token: string): readonly [string, string] => ["authorization", `Bearer ${token}`];
const reader = (claims: { readonly [name: string]: unknown } = {}): readonly [string, string] =>
  bearer(corp.token({ scope: "orders.read", ...claims }));
const get = (path: string, ...headers: Headers): Call => ({ path, headers });

const INVALID = 'Bearer error="invalid_token"';
const USER: Headers = [["x-user", "ada"]];

const peers: readonly Row[] = [
  { what: "a workload that a rule names", by: "shop/frontend", call: get("/orders/42"), status: 200, reason: "allowed" },
  {
    what: "the same over HTTP/2",
    by: "shop/frontend",
    call: { path: "/orders/42", protocol: "http2" },
    status: 200,
    reason: "allowed",
  },
  {
    what: "another account of the same namespace",
    by: "shop/backend",
    call: get("/orders/42"),
    status: 401,
    reason: "unauthenticated",
    answer: { "www-authenticate": "Bearer" },
  },
  {
    what: "an account of the same name in another namespace",
    by: "ops/console",
    call: get("/orders/42"),
    status: 401,
    reason: "unauthenticated",
  },
  { what: "a namespace that a rule names", by: "ops/console", call: get("/operate/x"), status: 200, reason: "allowed" },
  { what: "another namespace", by: "shop/frontend", call: get("/operate/x"), status: 403, reason: "no_rule_matched" },
  {
    what: "the named workload by a method that its rule does not list",
    by: "shop/frontend",
    call: { method: "DELETE", path: "/orders/42" },
    status: 403,
    reason: "no_rule_matched",
    answer: { "www-authenticate": null, "content-type": "application/json" },
    body: '{"reason":"no_rule_matched","message":"no Allow rule matched"}\n',
  },
  {
    what: "HEAD, which no rule on GET allows to it",
    by: "shop/frontend",
    call: { method: "HEAD", path: "/orders/42" },
    status: 401,
    reason: "unauthenticated",
  },
  { what: "plaintext without a credential", call: get("/orders/42"), status: 401, reason: "unauthenticated" },
  {
    what: "plaintext that claims a certificate in a header",
    call: get("/orders/42", ["x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/shop/sa/frontend"]),
    status: 401,
    reason: "unauthenticated",
  },
  {
    what: "plaintext where the peer must prove itself",
    to: "ledger",
    call: get("/"),
    status: 403,
    reason: "peer_unauthenticated",
  },
  { what: "a proven peer there", by: "shop/backend", to: "ledger", call: get("/"), status: 200, reason: "allowed" },
  {
    what: "a proven peer of another namespace there",
    by: "ops/console",
    to: "ledger",
    call: get("/"),
    status: 403,
    reason: "no_rule_matched",
  },
  { what: "a TLS client without a certificate", by: "bare", call: get("/orders/42"), status: 0, reason: null },
  { what: "a certificate of a foreign authority", by: "foreign authority", call: get("/orders/42"), status: 0, reason: null },
  { what: "a certificate of another trust domain", by: "other trust domain", call: get("/orders/42"), status: 0, reason: null },
  {
    what: "a trust domain that only begins like ours",
    by: "look-alike trust domain",
    call: get("/orders/42"),
    status: 0,
    reason: null,
  },
  { what: "a certificate that has expired", by: "expired", call: get("/orders/42"), status: 0, reason: null },
  { what: "a certificate that is not valid yet", by: "not yet valid", call: get("/orders/42"), status: 0, reason: null },
  {
    what: "a workload that no policy selects",
    by: "shop/frontend",
    to: "stranger",
    call: get("/"),
    status: 403,
    reason: "no_policy",
  },
];

const tokens: readonly Row[] = [
  { what: "a good token", call: get("/orders/42", reader()), status: 200, reason: "allowed", saw: USER },
  {
    what: "a good token over HTTP/2 beside a workload's certificate",
    by: "shop/backend",
    call: { path: "/orders/42", protocol: "http2", headers: [reader()] },
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "the scheme in lower case, with two spaces",
    call: get("/orders/42", ["authorization", `bearer  ${corp.token({ scope: "orders.read" })}`]),
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "a token for several audiences",
    call: get("/orders/42", reader({ aud: ["billing", "orders"] })),
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "a token in the session cookie",
    call: get("/orders/42", ["cookie", `lang=de; session=${corp.token({ scope: "orders.read" })}; theme=dark`]),
    status: 200,
    reason: "allowed",
    saw: [["cookie", "lang=de; theme=dark"]],
  },
  {
    what: "HEAD with a token, where a rule lists it",
    call: { method: "HEAD", path: "/orders/42", headers: [reader()] },
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "an expired token",
    call: get("/orders/42", reader({ exp: secondsFromNow(-120) })),
    status: 401,
    reason: "token_expired",
    answer: { "www-authenticate": INVALID },
  },
  {
    what: "an expired token of a workload that needs none",
    by: "shop/frontend",
    call: get("/orders/42", reader({ exp: secondsFromNow(-120) })),
    status: 401,
    reason: "token_expired",
  },
  {
    what: "a token that is not valid yet",
    call: get("/orders/42", reader({ nbf: secondsFromNow(300), exp: secondsFromNow(600) })),
    status: 401,
    reason: "token_not_yet_valid",
  },
  {
    what: "a token that never expires",
    call: get("/orders/42", reader({ exp: undefined })),
    status: 401,
    reason: "token_claim_invalid",
  },
  {
    what: "a token of another issuer",
    call: get("/orders/42", bearer(partner.token({ scope: "orders.read" }))),
    status: 401,
    reason: "credential_unrecognized",
  },
  {
    what: "a token that another signed in the issuer's name",
    call: get("/orders/42", bearer(impostor.token({ scope: "orders.read" }))),
    status: 401,
    reason: "token_signature_invalid",
    answer: { "www-authenticate": INVALID },
  },
  {
    what: "a token for another audience",
    call: get("/orders/42", reader({ aud: "billing" })),
    status: 401,
    reason: "token_audience_mismatch",
  },
  {
    what: "a token whose audience only begins like ours",
    call: get("/orders/42", reader({ aud: "orders-admin" })),
    status: 401,
    reason: "token_audience_mismatch",
  },
  {
    what: "a token with an unknown key id",
    call: get("/orders/42", bearer(corp.token({ scope: "orders.read" }, { kid: "next" }))),
    status: 401,
    reason: "token_key_unknown",
  },
  {
    what: "a token without a signature",
    call: get("/orders/42", bearer(corp.unsigned("none"))),
    status: 401,
    reason: "token_algorithm_refused",
  },
  {
    what: "a token that says `NoNe`",
    call: get("/orders/42", bearer(corp.unsigned("NoNe"))),
    status: 401,
    reason: "token_algorithm_refused",
  },
  ...(["pem", "jwk"] as const).map((form) => ({
    what: `a token under HS256 with the public key as ${form}`,
    call: get("/orders/42", bearer(corp.withPublicKeyAsSecret(form))),
    status: 401,
    reason: "token_algorithm_refused",
  })),
  {
    what: "a token whose payload was changed",
    call: get("/orders/42", [
      "authorization",
      `Bearer ${corp.token({ scope: "profile" }).replace(/\.[^.]+\./, `.${corp.token({ scope: "orders.read" }).split(".")[1]}.`)}`,
    ]),
    status: 401,
    reason: "token_signature_invalid",
  },
  {
    what: "two Authorization headers",
    call: get("/orders/42", reader(), reader()),
    status: 401,
    // Envoy joins them, in `header_map` too, so that they stand there as one value with a comma.
    reason: "credential_unrecognized",
  },
  {
    what: "two Authorization headers over HTTP/2",
    call: { path: "/orders/42", protocol: "http2", headers: [reader(), reader()] },
    status: 401,
    reason: "credential_unrecognized",
  },
  {
    what: "an empty Authorization header beside the token: Envoy drops it, so that nobody sees two",
    call: get("/orders/42", ["authorization", ""], reader()),
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "a good token beside a bad one in the cookie",
    call: get("/orders/42", reader(), ["cookie", `session=${impostor.token({ scope: "orders.read" })}`]),
    status: 401,
    reason: "token_signature_invalid",
  },
  {
    what: "the session cookie twice",
    call: get("/orders/42", ["cookie", `session=${corp.token()}`], ["cookie", `session=${corp.token()}`]),
    status: 401,
    reason: "credential_repeated",
  },
  {
    what: "a token where no method looks for one",
    call: get(`/orders/42?access_token=${corp.token({ scope: "orders.read" })}`),
    status: 401,
    reason: "unauthenticated",
  },
  {
    what: "a token behind another scheme",
    call: get("/orders/42", ["authorization", `Token ${corp.token({ scope: "orders.read" })}`]),
    status: 401,
    reason: "credential_unrecognized",
  },
  {
    what: "Basic credentials",
    call: get("/orders/42", ["authorization", "Basic YWRhOnNlY3JldA=="]),
    status: 401,
    reason: "credential_unrecognized",
  },
  {
    what: "an empty bearer",
    call: get("/orders/42", ["authorization", "Bearer "]),
    status: 401,
    reason: "credential_unrecognized",
  },
  {
    what: "a token without the scope",
    call: get("/orders/42", reader({ scope: "profile" })),
    status: 403,
    reason: "no_rule_matched",
    answer: { "www-authenticate": null },
  },
  {
    what: "a scope that only begins like the one asked for",
    call: get("/orders/42", reader({ scope: "orders.readonly" })),
    status: 403,
    reason: "no_rule_matched",
  },
  {
    what: "a token where the provider's object is missing",
    by: "shop/frontend",
    to: "adrift",
    call: get("/", reader()),
    status: 503,
    reason: "unresolved_ref",
    answer: { "www-authenticate": null },
  },
];

const keys: readonly Row[] = [
  { what: "a good key", call: get("/orders", ["x-api-key", KEY]), status: 200, reason: "allowed" },
  {
    what: "a good key in the query, among other parameters",
    call: get(`/orders?page=2&api_key=${KEY}&sort=%20up`),
    status: 200,
    reason: "allowed",
    path: "/orders?page=2&sort=%20up",
  },
  { what: "a good key where it may not", call: get("/orders/42", ["x-api-key", KEY]), status: 403, reason: "no_rule_matched" },
  {
    what: "a wrong key",
    call: get("/orders", ["x-api-key", `${KEY}x`]),
    status: 401,
    reason: "api_key_unknown",
    answer: { "www-authenticate": INVALID },
  },
  {
    what: "a key that another service's method accepts",
    call: get("/orders", ["x-api-key", "key-of-the-ledger-0123"]),
    status: 401,
    reason: "api_key_unknown",
  },
  {
    what: "the key twice",
    call: get("/orders", ["x-api-key", KEY], ["x-api-key", KEY]),
    status: 401,
    reason: "credential_repeated",
  },
  {
    what: "the key twice in the query",
    call: get(`/orders?api_key=${KEY}&api_key=${KEY}`),
    status: 401,
    reason: "credential_repeated",
  },
  {
    what: "a good key beside a wrong one",
    call: get(`/orders?api_key=${KEY}x`, ["x-api-key", KEY]),
    status: 401,
    reason: "api_key_unknown",
  },
  {
    what: "a good key beside another good one",
    call: get("/orders?api_key=key-of-umbrella-0123456", ["x-api-key", KEY]),
    status: 200,
    reason: "allowed",
    path: "/orders",
  },
  {
    what: "a good key beside a bad token",
    call: get("/orders", ["x-api-key", KEY], bearer(impostor.token())),
    status: 401,
    reason: "token_signature_invalid",
  },
  { what: "an empty key", call: get("/orders", ["x-api-key", ""]), status: 401, reason: "credential_unrecognized" },
];

const seen: readonly Row[] = [
  {
    what: "a user's name that the caller wrote, in every spelling that HTTP has",
    call: get("/orders/42", reader(), ["x-user", "root"], ["X-User", "admin"], ["x-groups", "wheel"], ["x-level", "9"]),
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "names that a caller without a token wrote",
    by: "shop/frontend",
    call: get("/orders/42", ["x-user", "root"], ["x-groups", "wheel"], ["x-level", "9"], ["x-other", "1"]),
    status: 200,
    reason: "allowed",
    saw: [["x-other", "1"]],
  },
  {
    what: "claims of every type that a header can hold",
    call: get("/orders/42", reader({ groups: ["dev", "ops"], org: { level: 7 } })),
    status: 200,
    reason: "allowed",
    saw: [
      ["x-groups", "dev,ops"],
      ["x-level", "7"],
      ["x-user", "ada"],
    ],
  },
  {
    what: "claims that would break out of a header",
    call: get("/orders/42", reader({ sub: "ada\r\nx-admin: 1", groups: ["a,b"], org: { level: "7 8" } }), ["x-user", "root"]),
    status: 200,
    reason: "allowed",
  },
  {
    what: "an underscore twin of a user's name",
    call: get("/orders/42", reader(), ["X_User", "root"]),
    status: 400,
    reason: null,
  },
  {
    what: "a user's name that `Connection` names",
    call: {
      raw: `GET /orders/42 HTTP/1.1\r\nhost: orders.shop\r\nconnection: x-user, close\r\nx-user: root\r\nauthorization: Bearer ${corp.token({ scope: "orders.read" })}\r\n\r\n`,
      path: "/orders/42",
    },
    status: 200,
    reason: "allowed",
    saw: USER,
  },
  {
    what: "headers by which frameworks replace path and method",
    by: "shop/frontend",
    call: get(
      "/orders/42",
      ["x-original-url", "/orders/internal"],
      ["x-rewrite-url", "/orders/internal"],
      ["x-http-method", "DELETE"],
      ["X-HTTP-Method-Override", "DELETE"],
      ["x-method-override", "DELETE"],
      ["x-kept", "1"],
    ),
    status: 200,
    reason: "allowed",
    saw: [["x-kept", "1"]],
  },
  {
    what: "the one of them that a policy keeps",
    to: "site",
    call: get("/pages/a", ["x-http-method-override", "PUT"], ["x-original-url", "/members/a"]),
    status: 200,
    reason: "allowed",
    saw: [["x-http-method-override", "PUT"]],
  },
  {
    what: "a token that a policy leaves in the request",
    to: "site",
    call: get("/members/a", ["authorization", "Bearer {members}"]),
    status: 200,
    reason: "allowed",
    saw: [["authorization", "Bearer {members}"]],
  },
  {
    what: "every credential at once",
    call: get(`/orders?api_key=${KEY}`, reader(), ["cookie", `session=${corp.token()}`], ["x-api-key", KEY]),
    status: 200,
    reason: "allowed",
    saw: USER,
    path: "/orders",
  },
  {
    what: "a body, which goes on as it is",
    call: {
      method: "POST",
      path: "/orders",
      headers: [reader({ scope: "orders.read orders.write", account: "blue" }), ["x-account", "blue"]],
      body: '{"api_key": 1}',
    },
    status: 200,
    reason: "allowed",
    saw: [
      ["x-account", "blue"],
      ["x-user", "ada"],
    ],
  },
];

const repeated: readonly Row[] = (["orders", "joined"] as const)
  .flatMap((to): Row[] => {
    const encoding = to === "orders" ? "apart" : "joined";
    const writer = reader({ scope: "orders.read orders.write", account: "blue" });
    const post = (...headers: Headers): Call => ({ method: "POST", path: "/orders", headers: [writer, ...headers], body: "{}" });
    return [
      {
        what: `headers ${encoding}: one value that a condition asks for`,
        to,
        call: post(["x-account", "blue"]),
        status: 200,
        reason: "allowed",
        saw: [
          ["x-account", "blue"],
          ["x-user", "ada"],
        ],
      },
      {
        what: `headers ${encoding}: that value beside another`,
        to,
        call: post(["x-account", "blue"], ["x-account", "red"]),
        status: 403,
        reason: "no_rule_matched",
      },
      {
        what: `headers ${encoding}: that value twice`,
        to,
        call: post(["x-account", "blue"], ["x-account", "blue"]),
        status: 403,
        reason: "no_rule_matched",
      },
      {
        what: `headers ${encoding}: the denied value alone`,
        to,
        call: get("/roles", reader(), ["x-role", "guest"]),
        status: 403,
        reason: "denied_by_rule",
      },
      ...[
        ["first", ["guest", "user", "user"]],
        ["in the middle", ["user", "guest", "user"]],
        ["last", ["user", "user", "guest"]],
      ].map(
        ([where, values]): Row => ({
          what: `headers ${encoding}: the denied value ${String(where)} of three`,
          to,
          call: get("/roles", reader(), ...(values as string[]).map((value) => ["x-role", value] as const)),
          status: 403,
          reason: "denied_by_rule",
        }),
      ),
      {
        what: `headers ${encoding}: a value that no rule denies`,
        to,
        call: get("/roles", reader(), ["x-role", "user"]),
        status: 200,
        reason: "allowed",
        saw: [
          ["x-role", "user"],
          ["x-user", "ada"],
        ],
      },
      {
        what: `headers ${encoding}: a user's name sent twice`,
        to,
        call: get("/orders/42", reader(), ["x-user", "root"], ["x-user", "admin"]),
        status: 200,
        reason: "allowed",
        saw: USER,
      },
    ];
  })
  .concat([
    {
      what: "headers joined: the key twice",
      to: "joined",
      call: get("/orders", ["x-api-key", KEY], ["x-api-key", KEY]),
      status: 401,
      reason: "credential_repeated",
    },
    {
      what: "headers joined: two Authorization headers",
      to: "joined",
      call: get("/orders/42", reader(), reader()),
      status: 401,
      reason: "credential_repeated",
    },
  ]);

const paths: readonly Row[] = [
  { what: "what a Deny closes", by: "shop/frontend", call: get("/orders/internal"), status: 403, reason: "denied_by_rule" },
  {
    what: "dots that Envoy takes out",
    by: "shop/frontend",
    call: get("/x/../orders/./42"),
    status: 200,
    reason: "allowed",
    path: "/orders/42",
  },
  {
    what: "dots that lead to what is closed",
    by: "shop/frontend",
    call: get("/orders/42/../internal/x"),
    status: 403,
    reason: "denied_by_rule",
  },
  {
    what: "escaped dots that lead there",
    by: "shop/frontend",
    call: get("/orders/42/%2e%2E/internal"),
    status: 403,
    reason: "denied_by_rule",
  },
  {
    what: "slashes that Envoy merges",
    by: "shop/frontend",
    call: get("//orders///internal"),
    status: 403,
    reason: "denied_by_rule",
  },
  { what: "an escaped letter", by: "shop/frontend", call: get("/orders/%69nternal"), status: 403, reason: "denied_by_rule" },
  { what: "a trailing slash", by: "shop/frontend", call: get("/orders/internal/"), status: 403, reason: "denied_by_rule" },
  {
    what: "parameters behind a semicolon",
    by: "shop/frontend",
    call: get("/orders/internal;v=1"),
    status: 403,
    reason: "denied_by_rule",
  },
  {
    what: "dots before a semicolon, which Envoy takes for dots",
    by: "shop/frontend",
    call: get("/x/..;/orders/internal"),
    status: 403,
    reason: "denied_by_rule",
  },
  { what: "double escapes", by: "shop/frontend", call: get("/orders/%2569nternal"), status: 400, reason: "path_double_escaped" },
  { what: "an escaped NUL", by: "shop/frontend", call: get("/orders/42%00"), status: 400, reason: null },
  { what: "an overlong slash", by: "shop/frontend", call: get("/orders%c0%afinternal"), status: 400, reason: "path_bad_utf8" },
  {
    what: "a full-width slash",
    by: "shop/frontend",
    call: get("/orders%EF%BC%8Finternal"),
    status: 400,
    reason: "path_lookalike",
  },
  { what: "a cut escape", by: "shop/frontend", call: get("/orders/4%2"), status: 400, reason: "path_bad_escape" },
  {
    what: "a path of more than 8 KiB",
    by: "shop/frontend",
    call: get(`/orders/${"4".repeat(8192)}`),
    status: 400,
    reason: "path_too_long",
  },
  { what: "an escaped slash", by: "shop/frontend", call: get("/orders%2Finternal"), status: 400, reason: null },
  { what: "an escaped backslash", by: "shop/frontend", call: get("/orders%5Cinternal"), status: 400, reason: null },
  { what: "a fragment", by: "shop/frontend", call: get("/orders/42#x"), status: 400, reason: null },
  {
    what: "a query, which no rule sees as path",
    by: "shop/frontend",
    call: get("/orders/42?x=/../internal"),
    status: 200,
    reason: "allowed",
  },
  {
    what: "the absolute form",
    by: "shop/frontend",
    call: {
      path: "/orders/42",
      raw: "GET http://orders.shop/orders/42 HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n\r\n",
    },
    status: 200,
    reason: "allowed",
  },
  { what: "a method in lower case", by: "shop/frontend", call: { method: "get", path: "/orders/42" }, status: 400, reason: null },
  {
    what: "a method of Microsoft's",
    by: "shop/frontend",
    call: { method: "MKCOL", path: "/orders/42" },
    status: 403,
    reason: "no_rule_matched",
  },
  { what: "two Hosts", by: "shop/frontend", call: get("/orders/42", ["host", "other"]), status: 400, reason: "host_invalid" },
  {
    what: "a Host with a user",
    by: "shop/frontend",
    call: { path: "/orders/42", host: "a@orders.shop" },
    status: 400,
    reason: "host_invalid",
  },
];

const answers: readonly Row[] = [
  { what: "anyone, where `anonymous` is written", to: "site", call: get("/pages/a"), status: 200, reason: "allowed" },
  {
    what: "a policy's own answer to who lacks a credential",
    to: "site",
    call: get("/members/a"),
    status: 418,
    reason: "unauthenticated",
    answer: { "content-type": "text/html", "x-login": "/login", "www-authenticate": "Bearer" },
    body: "<h1>sign in</h1>",
  },
  {
    what: "a policy's own answer to who shows a bad one: never the anonymous way in",
    to: "site",
    call: get("/pages/a", bearer(impostor.token())),
    status: 418,
    reason: "token_signature_invalid",
    answer: { "content-type": "text/html", "x-login": "/login", "www-authenticate": INVALID },
    body: "<h1>sign in</h1>",
  },
  {
    what: "a policy's own answer to who may not",
    to: "site",
    call: { method: "POST", path: "/pages/a" },
    status: 404,
    reason: "no_rule_matched",
    answer: { "content-type": "text/plain", "www-authenticate": null },
    body: "nothing here",
  },
  {
    what: "no policy's form for what has no one meaning",
    to: "site",
    call: get("/pages/%zz"),
    status: 400,
    reason: "path_bad_escape",
    answer: { "content-type": "application/json" },
    body: '{"reason":"path_bad_escape","message":"the path holds a `%` without two hex digits"}\n',
  },
];

const rows = [...peers, ...tokens, ...keys, ...seen, ...repeated, ...paths, ...answers];

describe.skipIf(envoy === undefined)("calls through a real Envoy", () => {
  let world: World;
  const certificates = new Map<Caller, ClientCertificate | null | undefined>();
  const members = corp.token();

  beforeAll(async () => {
    world = await startWorld({
      envoy: envoy ?? "",
      services: [
        { name: "orders" },
        { name: "ledger" },
        { name: "site" },
        { name: "adrift" },
        { name: "stranger" },
        {
          name: "joined",
          labels: { app: "orders" },
          reconfigure: (config) => config.replaceAll('"encode_raw_headers": true', '"encode_raw_headers": false'),
        },
      ],
      door: {
        manifests: {
          "calls.yaml": await readFile(new URL("fixtures/calls.yaml", import.meta.url), "utf8"),
          "providers.yaml": documents(provider("corp", corp), provider("partner", partner)),
          "services.yaml": documents(...["orders", "ledger", "site", "adrift"].map((name) => service(name))),
          "keys.yaml": documents(
            apiKey("acme", KEY, { app: "orders" }),
            apiKey("umbrella", "key-of-umbrella-0123456", { app: "orders" }),
            apiKey("bank", "key-of-the-ledger-0123", { app: "ledger" }),
          ),
        },
      },
    });
    const frontend = "spiffe://cluster.local/ns/shop/sa/frontend";
    const at = (offset: number) => ({ ...world.authority, clock: () => Date.now() + offset });
    const named = (trustDomain: string) => ({ ...world.authority, trustDomain });
    for (const account of ["shop/frontend", "shop/backend", "ops/console"] as const)
      certificates.set(account, await world.clientOf(account));
    certificates.set("bare", null);
    certificates.set(
      "foreign authority",
      await issueSvid(await createAuthority({ trustDomain: "cluster.local", clock: Date.now }), frontend),
    );
    certificates.set(
      "other trust domain",
      await issueSvid(named("partner.example"), "spiffe://partner.example/ns/shop/sa/frontend"),
    );
    certificates.set(
      "look-alike trust domain",
      await issueSvid(named("cluster.local.evil"), "spiffe://cluster.local.evil/ns/shop/sa/frontend"),
    );
    certificates.set("expired", await issueSvid(at(-7_200_000), frontend));
    certificates.set("not yet valid", await issueSvid(at(7_200_000), frontend));
  });
  afterAll(() => world?.stop());

  /** The token must outlive the table, so that rows name it and get it here. */
  const filled = (headers: Headers): Headers => headers.map(([name, value]) => [name, value.replace("{members}", members)]);

  const sorted = (headers: Headers): readonly string[] =>
    headers.map(([name, value]) => `${name}: ${value}`).toSorted((left, right) => (left < right ? -1 : 1));

  test.each(rows)("$what: $status $reason", async ({ by = "nobody", to = "orders", call, status, reason, ...expected }) => {
    const clientCertificate = certificates.get(by);
    const asked: Call = {
      ...call,
      ...(call.headers && { headers: filled(call.headers) }),
      ...(clientCertificate !== undefined && { clientCertificate }),
    };
    const reached = world.upstream(to).seen.length;
    const decided = world.dataPlane?.decisions.length;
    const result: CallResult = reason === null ? await world.call(to, asked) : await world.decide(to, asked);
    const header = new Map(result.headers);
    const upstream = world.upstream(to).seen.slice(reached);
    const allowed = reason === "allowed";
    expect({
      status: result.status,
      reason: allowed ? world.dataPlane?.decisions.at(-1)?.["reason"] : (header.get("x-sallyport-reason") ?? null),
      decisions: (world.dataPlane?.decisions.length ?? 0) - (decided ?? 0),
      saw: upstream.map(({ headers, path, method, body }) => ({
        method,
        path,
        body,
        headers: sorted(headers.filter(([name]) => !ALWAYS.has(name))),
      })),
      answer: Object.fromEntries(Object.keys(expected.answer ?? {}).map((name) => [name, header.get(name) ?? null])),
      ...(expected.body !== undefined && { body: result.body }),
    }).toEqual({
      status,
      reason,
      decisions: reason === null ? 0 : 1,
      saw: allowed
        ? [
            {
              method: call.method ?? "GET",
              path: expected.path ?? call.path,
              body: call.body ?? "",
              headers: sorted(filled(expected.saw ?? [])),
            },
          ]
        : [],
      answer: expected.answer ?? {},
      ...(expected.body !== undefined && { body: expected.body }),
    });
  });

  test("the table holds at least sixty calls, and each is told apart by its name", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
  });
});
