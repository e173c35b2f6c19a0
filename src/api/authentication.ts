import { type Check, exactlyOneOf } from "./check.ts";
import { clientCertificateSchema } from "./client-certificate.ts";
import { credentialFromSchema, tokenFrom } from "./credential-from.ts";
import { flag, list, listMap, optional, struct, text } from "./fields.ts";
import { writtenHeaderName } from "./http-forms.ts";
import { claimName } from "./identity-forms.ts";
import { dnsLabel } from "./name-forms.ts";
import { labelSelector } from "./selector.ts";
import { clockSkew, introspectionSchema, kubernetesTokenSchema, maxLifetime, providerRef } from "./token-methods.ts";

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
  providerRef: providerRef("The issuer, as an object that describes it."),
  audiences: list("The token's `aud` must hold at least one of these.", text("An audience.", { maxLength: 1024 }), {
    minItems: 1,
    maxItems: 32,
  }),
  from: tokenFrom,
  clockSkewSeconds: clockSkew,
  maxLifetimeSeconds: optional(maxLifetime),
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
    introspection: optional(introspectionSchema),
    kubernetesToken: optional(kubernetesTokenSchema),
    clientCertificate: optional(clientCertificateSchema),
    anonymous: optional(
      struct("Accepts requests without a credential. Written down, because nothing is anonymous by default.", {}),
    ),
    forward: flag(
      "Leaves the credential in the request that the service gets; by default it is stripped. Of no effect on a certificate.",
    ),
    claimsToHeaders: optional(
      listMap("Claims that the service gets as headers.", "header", claimToHeaderSchema, { minItems: 1, maxItems: 32 }),
    ),
  },
  {
    checks: [exactlyOneOf(["jwt", "apiKey", "introspection", "kubernetesToken", "clientCertificate", "anonymous"])],
    instead: {
      oauth2Introspection: "write `introspection`",
      kubernetesTokenReview: "write `kubernetesToken`, with `review: TokenReview`",
      x509: "write `clientCertificate`",
    },
  },
);
