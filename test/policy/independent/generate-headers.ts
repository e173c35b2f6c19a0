import * as fc from "fast-check";
import { often } from "./often.ts";
import { KEYS, TOKENS } from "./palette.ts";

const bearer = fc.constantFrom(...TOKENS.keys()).map((text) => `Bearer ${text}`);
const common = fc.constantFrom("Bearer ada", "Bearer ada", "Bearer eve", "Bearer both", "Bearer billing", "Bearer slow");
const authorization = fc.oneof(
  { arbitrary: common, weight: 12 },
  { arbitrary: bearer, weight: 3 },
  fc.constantFrom(...KEYS.keys()).map((text) => `ApiKey ${text}`),
  fc.constantFrom(
    "",
    "Bearer",
    "Bearer ",
    "bearer   eve",
    "Bearer\tada",
    "Bearer ada ",
    "Bearer ada,eve",
    "Basic YTpi",
    "ada",
    "k3y-of-acme",
    "Bearer nonsense",
    ["Bearer ada", "Bearer ada"],
    ["Bearer ada", "x"],
    "BEARER ada",
  ),
);

const headers: Readonly<Record<string, fc.Arbitrary<string | readonly string[]>>> = {
  authorization,
  "x-api-key": fc.oneof(
    { arbitrary: fc.constantFrom(...KEYS.keys()), weight: 3 },
    fc.constantFrom<string | string[]>("nobodys", "k:k3y-of-acme", "k: k3y-of-acme ", "ada", "", ["k3y-of-acme", "k3y-of-acme"]),
  ),
  cookie: often<string | string[]>(
    ["session=ada", "x=1; session=eve", "lang=de"],
    [
      "session=ada; session=ada",
      'session="ada"',
      'lang="x; session=ada"',
      "lang=de, session=ada",
      "session",
      "lang=%64e",
      "session = ada",
      "a=b;; session=ada ;c=d",
      "Session=ada",
      ["lang=de", "session=ada"],
      "session=ada; lang=d e",
      "a=1,b,session=2",
      "; session=ada",
      "=x",
    ],
    2,
  ),
  "x-role": fc.constantFrom<string | string[]>("admin", "guest", "", ["admin", "guest"]),
  x_role: fc.constantFrom("admin", "guest"),
  "x-tenant": fc.constantFrom("blue", "red"),
  x_user: fc.constant("root"),
  "x-user": fc.constant("root"),
  "x_api-key": fc.constant("k3y-of-acme"),
  x_key: fc.constantFrom("k3y-of-acme", "ada"),
  "x-key": fc.constant("k3y-of-acme"),
  "x-http-method": fc.constant("DELETE"),
  x_http_method: fc.constant("DELETE"),
  x_original_url: fc.constant("/admin"),
  "x-forwarded-for": fc.constantFrom<string | string[]>(
    "203.0.113.7, 10.0.0.9",
    "203.0.113.7,192.0.2.1, 10.0.0.9",
    "10.0.0.9",
    "203.0.113.7",
    "10.0.0.7, 203.0.113.7, ::ffff:10.0.0.9",
    "unknown, 10.0.0.9",
    "203.0.113.7:80, 10.0.0.9",
    "203.0.113.7, 10.0.0.9,",
    ["203.0.113.7", "10.0.0.9"],
    "",
  ),
  "x-forwarded-client-cert": fc.constantFrom<string | string[]>(
    "URI=spiffe://cluster.local/ns/shop/sa/frontend",
    "By=spiffe://a/b;URI=spiffe://cluster.local/ns/pay/sa/cart",
    "URI=spiffe://a/b;URI=spiffe://a/c",
    "URI=spiffe://evil/x,Hash=1",
    "URI=spiffe://evil/ns/a/sa/b,URI=spiffe://cluster.local/ns/shop/sa/frontend",
    ["URI=spiffe://a/b", "URI=spiffe://cluster.local/ns/evil/sa/x"],
  ),
  "content-type": fc.constantFrom("application/x-www-form-urlencoded", "text/plain"),
};

/** A few headers, with a credential in every other request. */
export const someHeaders: fc.Arbitrary<Record<string, string | readonly string[]>> = fc
  .tuple(
    fc.constantFrom("none", "none", "token", "token", "key", "both", "both"),
    authorization,
    // Those that the two namespaces accept at most places, so that a request has two identities now and then.
    fc.constantFrom("k3y-of-acme", "k3y-of-acme", "k3y-of-cluster"),
    fc.array(
      fc
        .constantFrom(...Object.keys(headers))
        .chain((name) => (headers[name] ?? fc.constant("")).map((value) => [name, value] as const)),
      { maxLength: 3 },
    ),
  )
  .map(([shows, token, key, others]) => ({
    ...(shows === "token" || shows === "both" ? { authorization: token } : {}),
    ...(shows === "key" || shows === "both" ? { "x-api-key": key } : {}),
    ...Object.fromEntries(others),
  }));
