import type { IntrospectionMethod, Verification } from "../../policy/model/authentication.ts";
import type { ClaimValue } from "../../policy/model/identity.ts";
import type { JsonObject } from "../../policy/model/json-reader.ts";
import type { Reason } from "../../policy/model/reason.ts";
import { parseStrictObject } from "../jwt/strict-json.ts";

/** What a provider's answer comes to, and until when it does (milliseconds since the epoch). */
export interface AnswerVerdict {
  readonly verification: Verification;
  readonly until: number;
}

/** The last second of the year 9999. A later date is milliseconds taken for seconds, and would never come. */
const LATEST_DATE = 253_402_300_799;

const fail = (reason: Reason, detail: string): AnswerVerdict => ({
  verification: { ok: false, reason, detail },
  until: Number.POSITIVE_INFINITY,
});

/**
 * Reads the answer of an introspection endpoint (RFC 7662 §2.2) as strictly as a token's claims. All of its members become claims. What is no such
 * answer says nothing of the token: the provider is then as good as unreachable.
 */
export function readAnswer(method: IntrospectionMethod, text: string, now: number): AnswerVerdict {
  const answer = parseStrictObject(text);
  if (typeof answer === "string") return unusable(`the answer holds ${answer}`);
  const { active, sub, iss, exp, nbf, iat, aud } = answer as { readonly [member: string]: ClaimValue | undefined };
  if (typeof active !== "boolean") return unusable("the answer does not say whether the token is `active`");
  if (!active) return fail("token_inactive", "the provider says that the token is not active");
  if (sub !== undefined && typeof sub !== "string") return fail("token_claim_invalid", "`sub` is not a string");
  if (iss !== undefined && iss !== method.provider.issuer)
    return fail("token_claim_invalid", "`iss` is not the provider's issuer");

  const seconds = now / 1000;
  const [expires, begins, issued] = [readDate(exp), readDate(nbf), readDate(iat)];
  if (expires === "invalid") return fail("token_claim_invalid", "`exp` is not a date");
  if (begins === "invalid") return fail("token_claim_invalid", "`nbf` is not a date");
  if (issued === "invalid") return fail("token_claim_invalid", "`iat` is not a date");
  if (expires !== undefined && seconds >= expires + method.clockSkew) return fail("token_expired", "`exp` has passed");
  if (begins !== undefined && seconds < begins - method.clockSkew)
    return { ...fail("token_not_yet_valid", "`nbf` lies ahead"), until: (begins - method.clockSkew) * 1000 };
  if (issued !== undefined && seconds < issued - method.clockSkew)
    return { ...fail("token_not_yet_valid", "`iat` lies ahead"), until: (issued - method.clockSkew) * 1000 };
  const fault = checkAudience(method, aud);
  if (fault !== undefined) return fault;

  return {
    verification: {
      ok: true,
      identity: {
        kind: "introspection",
        provider: method.provider.name,
        ...(sub === undefined || sub === "" ? {} : { subject: sub }),
        issuer: method.provider.issuer,
        scopes: readScopes(answer),
        claims: answer,
      },
    },
    until: expires === undefined ? Number.POSITIVE_INFINITY : (expires + method.clockSkew) * 1000,
  };
}

function unusable(detail: string): AnswerVerdict {
  return { verification: { ok: false, reason: "identity_provider_unavailable", detail }, until: 0 };
}

function readDate(claim: ClaimValue | undefined): number | "invalid" | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim !== "number" && typeof claim !== "bigint") return "invalid";
  const seconds = Number(claim);
  return seconds >= 0 && seconds <= LATEST_DATE ? seconds : "invalid";
}

function checkAudience({ audiences }: IntrospectionMethod, aud: ClaimValue | undefined): AnswerVerdict | undefined {
  const list = Array.isArray(aud) ? (aud as readonly ClaimValue[]) : aud === undefined ? [] : [aud];
  if (!list.every((each) => typeof each === "string"))
    return fail("token_claim_invalid", "`aud` is neither a string nor an array of strings");
  if (audiences.length === 0 || list.some((each) => audiences.includes(each))) return undefined;
  return fail("token_audience_mismatch", list.length === 0 ? "`aud` is missing" : "`aud` names none of the policy's audiences");
}

/** RFC 7662 §2.2: `scope` is one string of words. */
function readScopes({ scope }: JsonObject & { readonly scope?: ClaimValue }): readonly string[] {
  return typeof scope === "string" ? scope.split(" ").filter((each) => each !== "") : [];
}
