import { atMostOneOf, type Check } from "./check.ts";
import { choice, flag, list, optional, type Parsed, struct, text, whole } from "./fields.ts";
import type { Form } from "./form.ts";
import { httpUrl, issuerUrl } from "./http-forms.ts";
import { inlineKeys } from "./inline-keys.ts";
import type { Resource } from "./resource.ts";

const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"] as const;

const refusedAlgorithm: Form = {
  code: "InvalidValue",
  expected: "a signature algorithm",
  pattern: `^(?:${ALGORITHMS.join("|")})$`,
  help: `choose from ${ALGORITHMS.join(", ")}`,
  explain(text) {
    if (text.startsWith("HS")) {
      return {
        message: `\`${text}\` is symmetric: whoever can verify a token could also make one`,
        help: `choose from ${ALGORITHMS.join(", ")}`,
      };
    }
    return text.toLowerCase() === "none"
      ? { message: `\`${text}\` is no signature at all`, help: `choose from ${ALGORITHMS.join(", ")}` }
      : undefined;
  },
};

/** Plain http is for an issuer beside us, which the installer says by `allowPrivateAddresses`; elsewhere keys could be replaced on their way. */
const encrypted = (field: string): Check => ({
  code: "InvalidURL",
  rule: `!has(self.${field}) || self.${field}.startsWith('https://') || self.allowPrivateAddresses`,
  message: `\`${field}\` must be an https URL`,
  help: "http is understood only for a loopback or private address, with `allowPrivateAddresses: true`",
  fields: [field, "allowPrivateAddresses"],
  at: field,
  holds: (spec) => {
    const url = spec.get(field);
    return typeof url !== "string" || !url.startsWith("http://") || spec.get("allowPrivateAddresses") === true;
  },
});

const encryptedIntrospection: Check = {
  code: "InvalidURL",
  rule: "!has(self.introspection) || !has(self.introspection.url) || self.introspection.url.startsWith('https://') || self.allowPrivateAddresses",
  message: "`introspection.url` must be an https URL",
  help: "http is understood only for a loopback or private address, with `allowPrivateAddresses: true`",
  fields: ["introspection", "allowPrivateAddresses"],
  at: "introspection",
  holds: (spec) => {
    const introspection = spec.get("introspection");
    const url: unknown =
      typeof introspection === "object" && introspection !== null ? Reflect.get(introspection, "url") : undefined;
    return typeof url !== "string" || !url.startsWith("http://") || spec.get("allowPrivateAddresses") === true;
  },
};

const introspectionSourceSchema = struct(
  "The provider can be asked whether a token is active (RFC 7662), with client credentials that the installer mounts: see `--introspection-credentials`. No keys are fetched then, unless one of `discovery`, `jwksUri` and `jwks` stands beside it.",
  {
    url: optional(
      text("The URL of the introspection endpoint; without it, the one that discovery finds.", {
        maxLength: 2048,
        form: httpUrl,
      }),
    ),
    ignoreCacheControl: flag(
      "Remembers answers for as long as the policy's `cacheSeconds` says, even if the provider marks them `no-store`, as some do with every answer.",
    ),
  },
);

export const identityProviderSpecSchema = struct(
  "An issuer of tokens that policies refer to by name.",
  {
    issuer: text("The issuer's URL, exactly as its tokens carry it in `iss`.", { maxLength: 2048, form: issuerUrl }),
    discovery: optional(
      struct(
        "Finds the keys by OpenID Connect Discovery, at the issuer's `/.well-known/openid-configuration`. The default, unless there is `introspection`.",
        {},
      ),
    ),
    jwksUri: optional(text("The URL of the issuer's JSON Web Key Set.", { maxLength: 2048, form: httpUrl })),
    jwks: optional(
      text("The JSON Web Key Set itself, as JSON text, for issuers that cannot be reached. Public keys only.", {
        maxLength: 65_536,
      }),
    ),
    introspection: optional(introspectionSourceSchema),
    algorithms: list(
      "The signature algorithms that are accepted, whatever a token says.",
      choice("An algorithm.", ALGORITHMS, { refused: refusedAlgorithm }),
      {
        minItems: 1,
        maxItems: ALGORITHMS.length,
        default: ["RS256", "ES256", "PS256", "EdDSA"],
      },
    ),
    refreshIntervalSeconds: whole("Seconds between background refreshes of the keys.", {
      minimum: 10,
      maximum: 86_400,
      default: 300,
    }),
    staleLimitSeconds: whole("Seconds for which keys that could not be refreshed still serve.", {
      minimum: 0,
      maximum: 604_800,
      default: 3600,
    }),
    cooldownSeconds: whole("Seconds after a refresh during which a token with an unknown key id does not cause another.", {
      minimum: 1,
      maximum: 3600,
      default: 30,
    }),
    allowPrivateAddresses: flag("Lets the issuer's URLs lead to loopback, link-local and private addresses, and be plain http."),
  },
  {
    checks: [
      atMostOneOf(["discovery", "jwksUri", "jwks"], "without any, the keys are found by discovery"),
      encrypted("issuer"),
      encrypted("jwksUri"),
      encryptedIntrospection,
      inlineKeys,
    ],
    instead: { audiences: "audiences stand in the policy's `jwt`" },
  },
);

export type IdentityProviderSpec = Parsed<typeof identityProviderSpecSchema>;

/** An issuer for the policies of its namespace. */
export type IdentityProvider = Resource<"IdentityProvider", IdentityProviderSpec>;
