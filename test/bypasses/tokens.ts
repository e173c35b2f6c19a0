import type { Attack, Bypass, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];

/** A token in the Authorization header; the outcome is the same by wire and through Envoy, which does not look into it. */
const token = (name: string, outcome: Outcomes, world: Attack["world"] = "tokens", more: Partial<Attack> = {}): Attack => ({
  what: name,
  world,
  headers: [["authorization", `Bearer {token ${name}}`]],
  wire: outcome,
  envoy: outcome,
  ...more,
});

const raw = (what: string, value: string, wire: Outcomes, envoy: Outcomes = wire): Attack => ({
  what,
  world: "tokens",
  headers: [["authorization", value]],
  wire,
  envoy,
});

/** Several credentials at once, where a token may stand in three places. */
const places = (what: string, more: Partial<Attack>, wire: Outcomes, envoy: Outcomes = wire): Attack => ({
  what,
  world: "places",
  wire,
  envoy,
  ...more,
});

const down = (world: "unreachable" | "loopback" | "metadata" | "redirecting"): Attack =>
  token(`of-${world}`, "identity_provider_unavailable", world);

export const TOKENS: readonly Bypass[] = [
  {
    id: "B56",
    what: "no signature",
    applies: true,
    attacks: ["none", "None", "NONE", "nOnE", "none-with-signature", "empty-alg", "no-alg"].map((name) =>
      token(name, "token_algorithm_refused"),
    ),
  },
  {
    id: "B57",
    what: "the public key as a shared secret",
    applies: true,
    attacks: ["hs256-pem", "hs256-jwk", "hs512-pem"].map((name) => token(name, "token_algorithm_refused")),
  },
  {
    id: "B58",
    what: "an unknown key id, or none where there are several keys",
    applies: true,
    attacks: [
      token("unknown-kid", "token_key_unknown"),
      token("forged-with-kid", "token_signature_invalid"),
      token("forged-without-kid", "token_key_unknown"),
      token("kid-of-another-key", "token_signature_invalid"),
      token("kid-number", "token_malformed"),
      token("kid-path", "token_key_unknown"),
    ],
  },
  {
    id: "B59",
    what: "a key, or the way to one, in the token itself",
    applies: true,
    attacks: ["jwk", "jku", "x5u", "x5c"].flatMap((name) => [
      token(`${name}-with-kid`, "token_signature_invalid"),
      token(`${name}-without-kid`, "token_key_unknown"),
    ]),
  },
  {
    id: "B60",
    what: "an issuer that nobody knows, beside `anonymous`",
    applies: true,
    attacks: ["iss-unknown", "iss-prefix", "iss-slash", "iss-case", "iss-list", "no-iss"].map((name) =>
      token(name, "credential_unrecognized"),
    ),
  },
  {
    id: "B61",
    what: "audiences that are missing, other or alike",
    applies: true,
    attacks: ["aud-missing", "aud-other", "aud-list-other", "aud-prefix", "aud-empty", "aud-empty-list", "aud-case", "aud-joined"]
      .map((name) => token(name, "token_audience_mismatch"))
      .concat([token("aud-object", "token_claim_invalid"), token("aud-number", "token_claim_invalid")]),
  },
  {
    id: "B62",
    what: "times at their edges and of other types",
    applies: true,
    attacks: [
      token("exp-past", "token_expired"),
      token("exp-missing", "token_claim_invalid"),
      token("exp-text", "token_claim_invalid"),
      token("exp-null", "token_claim_invalid"),
      token("exp-huge", "credential_unrecognized"),
      token("exp-negative", "token_claim_invalid"),
      token("nbf-future", "token_not_yet_valid"),
      token("nbf-text", "token_claim_invalid"),
      token("iat-future", "token_not_yet_valid"),
      token("life-too-long", "token_lifetime_exceeded", "billing"),
      token("life-unknown", "token_claim_invalid", "billing"),
    ],
  },
  {
    id: "B63",
    what: "several credentials at once",
    applies: true,
    attacks: [
      places(
        "two headers, the good one first",
        {
          headers: [
            ["authorization", "Bearer {token good}"],
            ["authorization", "Bearer {token none}"],
          ],
        },
        "credential_repeated",
        "credential_unrecognized",
      ),
      places(
        "two headers, the good one last",
        {
          headers: [
            ["authorization", "Bearer {token none}"],
            ["authorization", "Bearer {token good}"],
          ],
        },
        "credential_repeated",
        "credential_unrecognized",
      ),
      places(
        "the same, joined",
        {
          joined: true,
          headers: [
            ["authorization", "Bearer {token good}"],
            ["authorization", "Bearer {token none}"],
          ],
        },
        "credential_repeated",
        "credential_unrecognized",
      ),
      places(
        "header and cookie",
        {
          headers: [
            ["authorization", "Bearer {token good}"],
            ["cookie", "session={token none}"],
          ],
        },
        "token_algorithm_refused",
      ),
      places(
        "header and query",
        { path: "/?token={token forged-with-kid}", headers: [["authorization", "Bearer {token good}"]] },
        "token_signature_invalid",
      ),
      places(
        "cookie and query",
        { path: "/?token=nonsense", headers: [["cookie", "session={token good}"]] },
        "credential_unrecognized",
      ),
      places("two cookies", { headers: [["cookie", "session={token good}; session={token good}"]] }, "credential_repeated"),
      places(
        "two Cookie headers",
        {
          headers: [
            ["cookie", "session={token good}"],
            ["cookie", "session={token none}"],
          ],
        },
        "credential_repeated",
      ),
      places("two parameters", { path: "/?token={token good}&token={token none}" }, "credential_repeated"),
      places("an escaped parameter's name", { path: "/?token={token good}&%74oken={token none}" }, "credential_repeated"),
    ],
  },
  {
    id: "B64",
    what: "a provider that is down at first use",
    applies: true,
    attacks: [down("unreachable")],
    note: "Keys that were had serve until their stale limit, then 503; never another key. `test/identity/jwt/jwks-cache.test.ts` holds that against a clock.",
  },
  {
    id: "B65",
    what: "a provider's address that leads inwards",
    applies: true,
    attacks: [down("loopback"), down("metadata"), down("redirecting"), token("of-by-file", "unresolved_ref", "by-file")],
    note: "Names are resolved once and the address is judged as it is connected to; sizes, times and redirects are bounded: `test/identity/outbound`.",
  },
  {
    id: "B66",
    what: "a token that was good for one policy, remembered for another",
    applies: true,
    attacks: [
      token("good", "token_audience_mismatch", "billing"),
      token("for-billing", "token_audience_mismatch"),
      token("good", "token_audience_mismatch", "billing", { what: "once more" }),
    ],
  },
  {
    id: "B67",
    what: "claims that parsers read differently",
    applies: true,
    attacks: [
      token("twice-iss", "credential_unrecognized"),
      token("twice-role", "credential_unrecognized"),
      token("twice-role-escaped", "credential_unrecognized"),
      token("role-nested", SEEN),
      token("role-object", SEEN),
      token("role-null", SEEN),
      token("role-double", SEEN),
      token("role-case", ["no_rule_matched", { removed: ["authorization"] }]),
      token("role-inherited", SEEN),
      token("role-under-proto", SEEN),
    ],
  },
  {
    id: "B68",
    what: "tokens that are not well formed",
    applies: true,
    attacks: [
      ...[
        "padded",
        "plain-base64",
        "trailing-bits",
        "four-parts",
        "two-parts",
        "json-form",
        "spaces-inside",
        "not-utf8",
        "trailing-dot",
      ].map((name) => token(name, "credential_unrecognized")),
      token("signature-padded", "credential_unrecognized"),
      token("empty-signature", "token_signature_invalid"),
      token("crit", "token_malformed"),
      token("b64-false", "token_malformed"),
      token("typ-logout", "token_malformed"),
      token("too-long", "credential_unrecognized"),
      token("a-megabyte", "headers_too_large", "tokens", { envoy: { envoy: 431 } }),
    ],
  },
  {
    id: "B69",
    what: "other spellings of the scheme",
    applies: true,
    attacks: [
      raw("a tab", "Bearer\t{token good}", "credential_unrecognized"),
      raw("no space", "Bearer{token good}", "credential_unrecognized"),
      raw("another scheme", "Token {token good}", "credential_unrecognized"),
      raw("a scheme before it", "Basic Bearer {token good}", "credential_unrecognized"),
      raw("a comma behind", "Bearer {token good},", "credential_unrecognized"),
      raw("a second token behind", "Bearer {token good} {token none}", "credential_unrecognized"),
      raw("nothing behind", "Bearer", "credential_unrecognized"),
      raw("quotes", 'Bearer "{token good}"', "credential_unrecognized"),
      raw("lower case, forged", "bearer  {token forged-with-kid}", "token_signature_invalid"),
    ],
  },
  {
    id: "B70",
    what: "a key that was taken back while its token is remembered",
    applies: true,
    scenario: "`token_key_unknown` from the moment that the provider's object names another key",
    stoppedBy: "Sallyport",
  },
];
