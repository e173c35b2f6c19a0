import { exactlyOneOf, onlyWith } from "./check.ts";
import { list, optional, struct, text } from "./fields.ts";
import { cookieName, credentialPrefix, headerName, queryName } from "./http-forms.ts";

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

/** Where a token is looked for, which is the Authorization header unless the policy says otherwise. */
export const tokenFrom = list("Where the token is looked for.", credentialFromSchema, {
  minItems: 1,
  maxItems: 8,
  default: [{ header: "authorization", prefix: "Bearer" }],
});
