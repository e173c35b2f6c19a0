import { type Check, exactlyOneOf, onlyWith } from "./check.ts";
import { choice, flag, list, listMap, optional, struct, text, whole } from "./fields.ts";
import { cookieName, credentialPrefix, headerName, queryName, writtenHeaderName } from "./http-forms.ts";
import { claimName } from "./identity-forms.ts";
import { dnsLabel, objectName } from "./name-forms.ts";
import { labelSelector } from "./selector.ts";

/** Headers that say who the request is for, how it is framed or what Envoy makes of it: a policy that wrote them would change more than it says. */
const RESERVED_HEADERS = [
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "keep-alive",
  "proxy-connection",
  "expect",
];

const reserved = (name: unknown): boolean =>
  typeof name === "string" && (RESERVED_HEADERS.includes(name) || /^x-(?:envoy|forwarded)-/u.test(name));

/** For objects that name a header to write in `field`. */
export function writableHeader(field: string): Check {
  return {
    code: "InvalidHeader",
    rule: `!(self.${field} in [${RESERVED_HEADERS.map((name) => `'${name}'`).join(", ")}]) && !self.${field}.startsWith('x-envoy-') && !self.${field}.startsWith('x-forwarded-')`,
    message: "this header frames or routes the message, and a policy cannot write it",
    help: "choose a name of your own, `x-user` for instance; `x-envoy-…` and `x-forwarded-…` are reserved too",
    fields: [field],
    at: field,
    holds: (object) => !reserved(object.get(field)),
  };
}

export const credentialFromSchema = struct(
  "One place where a credential is looked for: a header, a cookie or a query parameter.",
  {
    header: optional(text("The name of a header, in lower case.", { maxLength: 128, form: headerName })),
    prefix: optional(
      text(
        "What stands before the credential in the header. Letters are an auth scheme, compared without regard to case and followed by spaces.",
        { maxLength: 64, form: credentialPrefix },
      ),
    ),
    cookie: optional(text("The name of a cookie.", { maxLength: 128, form: cookieName })),
    query: optional(text("The name of a query parameter.", { maxLength: 128, form: queryName })),
  },
  {
    checks: [
      exactlyOneOf(["header", "cookie", "query"]),
      onlyWith("prefix", ["header"], "a cookie or a query parameter holds the credential alone"),
    ],
  },
);

const requiredClaimSchema = struct("A claim that the token must have.", {
  claim: text("The claim's name, or a JSON Pointer such as `/realm_access/roles`.", { maxLength: 256, form: claimName }),
  values: optional(
    list(
      "One of these must be the claim's value, or an element of it; without them, any value will do.",
      text("A value.", { maxLength: 1024 }),
      {
        minItems: 1,
        maxItems: 64,
      },
    ),
  ),
});

const jwtSchema = struct("Accepts a JSON Web Token of one issuer.", {
  providerRef: struct("The issuer, as an object that describes it.", {
    kind: choice(
      "`IdentityProvider` (of the policy's namespace) or `ClusterIdentityProvider`; neither stands in for the other.",
      ["IdentityProvider", "ClusterIdentityProvider"],
      { default: "IdentityProvider" },
    ),
    name: text("The provider's name.", { maxLength: 253, form: objectName }),
  }),
  audiences: list("The token's `aud` must hold at least one of these.", text("An audience.", { maxLength: 1024 }), {
    minItems: 1,
    maxItems: 32,
  }),
  from: list("Where the token is looked for.", credentialFromSchema, {
    minItems: 1,
    maxItems: 8,
    default: [{ header: "authorization", prefix: "Bearer" }],
  }),
  clockSkewSeconds: whole("How far the issuer's clock may differ from ours, in seconds, when `exp` and `nbf` are read.", {
    minimum: 0,
    maximum: 300,
    default: 30,
  }),
  maxLifetimeSeconds: optional(
    whole("The longest life, from `iat` to `exp` in seconds, that a token may have; without it, any.", {
      minimum: 1,
      maximum: 31_536_000,
    }),
  ),
  requiredClaims: optional(list("Claims that the token must have.", requiredClaimSchema, { minItems: 1, maxItems: 16 })),
});

const apiKeySchema = struct("Accepts an API key that a Secret of type `sallyport.dev/api-key` in the policy's namespace holds.", {
  selector: labelSelector("Selects the Secrets whose keys are accepted, by their labels."),
  from: list("Where the key is looked for.", credentialFromSchema, { minItems: 1, maxItems: 8 }),
});

const claimToHeaderSchema = struct(
  "Writes a claim of the verified identity into a header of the request that the service gets.",
  {
    claim: text("The claim's name, or a JSON Pointer.", { maxLength: 256, form: claimName }),
    header: text("The header to write, in lower case. What the caller sent under this name is removed.", {
      maxLength: 128,
      form: writtenHeaderName,
    }),
  },
  { checks: [writableHeader("header")] },
);

export const authenticationMethodSchema = struct(
  "One way in which a request can prove who it speaks for.",
  {
    name: text("The method's name, by which `from.authentication` of a rule refers to it.", { maxLength: 63, form: dnsLabel }),
    jwt: optional(jwtSchema),
    apiKey: optional(apiKeySchema),
    anonymous: optional(
      struct("Accepts requests without a credential. Written down, because nothing is anonymous by default.", {}),
    ),
    forward: flag("Leaves the credential in the request that the service gets; by default it is stripped."),
    claimsToHeaders: optional(
      listMap("Claims that the service gets as headers.", "header", claimToHeaderSchema, { minItems: 1, maxItems: 32 }),
    ),
  },
  {
    checks: [exactlyOneOf(["jwt", "apiKey", "anonymous"])],
    notYet: {
      kubernetesToken: "use `jwt` with an IdentityProvider for the cluster's issuer",
      introspection: "use `jwt`, where the provider issues JSON Web Tokens",
      clientCertificate: "name the calling workload in a rule's `from` instead: `principals`",
    },
  },
);
