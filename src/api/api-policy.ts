import { OVERRIDE_HEADERS } from "../policy/model/override-headers.ts";
import { authenticationMethodSchema, writableHeader } from "./authentication.ts";
import { atMostOneOf } from "./check.ts";
import type { credentialFromSchema } from "./credential-from.ts";
import { choice, list, listMap, optional, type Parsed, struct, text, whole } from "./fields.ts";
import { headerValue, writtenHeaderName } from "./http-forms.ts";
import { trustDomainName } from "./identity-forms.ts";
import type { Resource } from "./resource.ts";
import { type fromEntrySchema, ruleSchema, type toEntrySchema } from "./rule.ts";
import { TARGET_FIELDS, targetFields } from "./target.ts";
import type { providerRef } from "./token-methods.ts";

const peerSchema = struct("What is asked of the calling workload itself, on the wire.", {
  mtls: optional(
    choice(
      "`Required` refuses callers without a verified SPIFFE identity. By default Required where a workload is named, Optional at hosts.",
      ["Required", "Optional"],
    ),
  ),
  trustDomains: optional(
    list(
      "The trust domains whose workloads may call; by default any that Envoy's configuration trusts.",
      text("A trust domain, `cluster.local` for instance.", { maxLength: 255, form: trustDomainName }),
      { minItems: 1, maxItems: 32 },
    ),
  ),
});

function answerSchema(description: string) {
  return struct(description, {
    status: optional(whole("The HTTP status.", { minimum: 400, maximum: 599 })),
    body: optional(text("The body, as it is sent.", { minLength: 0, maxLength: 4096 })),
    headers: optional(
      list(
        "Headers to send along.",
        struct(
          "A header.",
          {
            name: text("The header's name, in lower case.", { maxLength: 128, form: writtenHeaderName }),
            value: text("The header's value.", { minLength: 0, maxLength: 1024, form: headerValue }),
          },
          { checks: [writableHeader("name")] },
        ),
        { minItems: 1, maxItems: 16 },
      ),
    ),
  });
}

/** Whether a policy is in force or on trial. */
export const mode = choice("`Enforce`, or `Shadow`: decided, logged and counted, but never enforced.", ["Enforce", "Shadow"], {
  default: "Enforce",
});

/** What a policy says once it is settled whose calls it is about. */
export const policyBodyFields = {
  peer: optional(peerSchema),
  authentication: optional(
    listMap("The credentials that requests may carry. Names are local to the policy.", "name", authenticationMethodSchema, {
      maxItems: 16,
      salvage: true,
    }),
  ),
  rules: optional(
    listMap("Who may do what. Deny beats Allow; what no rule allows is denied.", "name", ruleSchema, {
      maxItems: 256,
      salvage: true,
    }),
  ),
  request: optional(
    struct("What happens to the request before the service gets it.", {
      keepHeaders: optional(
        list(
          "Headers that are removed unless they stand here, because some services let them replace the path or method that was decided on.",
          choice("A header.", OVERRIDE_HEADERS),
          { minItems: 1, maxItems: 5 },
        ),
      ),
    }),
  ),
  response: optional(
    struct("The form of the answers that refuse a call.", {
      unauthenticated: optional(answerSchema("The answer where a valid credential is missing; status 401 by default.")),
      unauthorized: optional(answerSchema("The answer where the caller may not do this; status 403 by default.")),
    }),
  ),
};

/** Fields that other products have, and what to write here. */
export const policyBodyInstead = {
  action: "each rule has an `effect`",
  defaultAction: "what no rule allows is denied",
} as const;

export const apiPolicySpecSchema = struct(
  "Who may call the target, and how. An empty spec denies every call to every workload of the namespace.",
  {
    ...targetFields,
    mode,
    ...policyBodyFields,
  },
  {
    salvage: true,
    instead: { ...policyBodyInstead, workloadSelector: "write `selector`" },
    checks: [
      atMostOneOf(
        TARGET_FIELDS,
        "make a policy for each; without any, a policy is for every workload of its namespace",
        "ConflictingTargets",
      ),
    ],
  },
);

export type APIPolicySpec = Parsed<typeof apiPolicySpecSchema>;
export type Rule = Parsed<typeof ruleSchema>;
export type FromEntry = Parsed<typeof fromEntrySchema>;
export type ToEntry = Parsed<typeof toEntrySchema>;
export type AuthenticationMethod = Parsed<typeof authenticationMethodSchema>;
export type ProviderRef = Parsed<ReturnType<typeof providerRef>>;
export type CredentialFrom = Parsed<typeof credentialFromSchema>;
export type DenialResponse = Parsed<ReturnType<typeof answerSchema>>;

export interface APIPolicy extends Resource<"APIPolicy", APIPolicySpec> {
  /** Whose calls the policy decides cannot be told from what is left of it: the whole namespace must be taken to be meant. */
  readonly targetUnknown: boolean;
}
