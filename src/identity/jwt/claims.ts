import type { JwtMethod } from "../../policy/model/authentication.ts";
import { readClaim } from "../../policy/model/claim.ts";
import type { ClaimValue, Identity } from "../../policy/model/identity.ts";
import type { JsonObject } from "../../policy/model/json-reader.ts";
import type { Reason } from "../../policy/model/reason.ts";

/** What a verified token's claims amount to: an identity until `expiresAt` (milliseconds since the epoch), or why there is none. */
export type ClaimsVerdict =
  | { readonly ok: true; readonly identity: Identity; readonly expiresAt: number }
  | { readonly ok: false; readonly reason: Reason; readonly detail: string };

/** The last second of the year 9999. A later date is milliseconds taken for seconds, and would never expire. */
const LATEST_DATE = 253_402_300_799;

type Failure = Extract<ClaimsVerdict, { ok: false }>;

const fail = (reason: Reason, detail: string): Failure => ({ ok: false, reason, detail });

/**
 * Checks the claims of a token of the provider's, whose signature is verified (RFC 7519 §4.1). Values are compared exactly, and never converted: a number is
 * not the string of its digits. `exp` is required, since a token without one could only be revoked by changing the provider's keys.
 */
export function checkClaims(method: JwtMethod, claims: JsonObject, now: number): ClaimsVerdict {
  const { sub } = claims as { readonly sub?: ClaimValue };
  if (sub !== undefined && typeof sub !== "string") return fail("token_claim_invalid", "`sub` is not a string");

  const times = checkTimes(method, claims, now);
  if (!times.ok) return times;
  const fault = checkAudience(method, claims["aud"]) ?? checkRequired(method, claims);
  if (fault !== undefined) return fault;

  return {
    ok: true,
    identity: {
      kind: "jwt",
      provider: method.provider.name,
      ...(sub === undefined || sub === "" ? {} : { subject: sub }),
      issuer: method.provider.issuer,
      scopes: readScopes(claims),
      claims,
    },
    expiresAt: times.expiresAt,
  };
}

function checkTimes(
  method: JwtMethod,
  claims: JsonObject,
  now: number,
): { readonly ok: true; readonly expiresAt: number } | Failure {
  const { exp, nbf, iat } = claims as { readonly exp?: ClaimValue; readonly nbf?: ClaimValue; readonly iat?: ClaimValue };
  const expires = readDate(exp);
  if (expires === undefined) return fail("token_claim_invalid", exp === undefined ? "`exp` is missing" : "`exp` is not a date");
  const begins = readDate(nbf);
  if (begins === undefined && nbf !== undefined) return fail("token_claim_invalid", "`nbf` is not a date");
  const issued = readDate(iat);
  if (issued === undefined && iat !== undefined) return fail("token_claim_invalid", "`iat` is not a date");

  const seconds = now / 1000;
  if (seconds >= expires + method.clockSkew) return fail("token_expired", "`exp` has passed");
  if (begins !== undefined && seconds < begins - method.clockSkew) return fail("token_not_yet_valid", "`nbf` lies ahead");
  if (issued !== undefined && seconds < issued - method.clockSkew) return fail("token_not_yet_valid", "`iat` lies ahead");
  if (method.maxLifetime > 0) {
    if (issued === undefined) return fail("token_claim_invalid", "`iat` is missing, and the policy limits the lifetime");
    if (expires - issued > method.maxLifetime) {
      return fail("token_lifetime_exceeded", `\`exp\` is more than ${method.maxLifetime} s after \`iat\``);
    }
  }
  return { ok: true, expiresAt: (expires + method.clockSkew) * 1000 };
}

/** A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction. */
function readDate(claim: ClaimValue | undefined): number | undefined {
  if (typeof claim !== "number" && typeof claim !== "bigint") return undefined;
  const seconds = Number(claim);
  return seconds >= 0 && seconds <= LATEST_DATE ? seconds : undefined;
}

/** RFC 7519 §4.1.3: one string or an array of strings. A method that names no audience accepts no token. */
function checkAudience({ audiences }: JwtMethod, aud: ClaimValue | undefined): Failure | undefined {
  const list = Array.isArray(aud) ? (aud as readonly ClaimValue[]) : aud === undefined ? [] : [aud];
  if (!list.every((each) => typeof each === "string"))
    return fail("token_claim_invalid", "`aud` is neither a string nor an array of strings");
  if (list.some((each) => audiences.includes(each))) return undefined;
  return fail("token_audience_mismatch", list.length === 0 ? "`aud` is missing" : "`aud` names none of the policy's audiences");
}

function checkRequired({ requiredClaims }: JwtMethod, claims: JsonObject): Failure | undefined {
  for (const { claim, values } of requiredClaims) {
    const found = readClaim(claims, claim);
    if (found === undefined || found === null) return fail("token_claim_invalid", `\`${claim}\` is missing`);
    const held = Array.isArray(found) ? (found as readonly ClaimValue[]) : [found];
    if (values.length > 0 && !held.some((each) => typeof each === "string" && values.includes(each))) {
      return fail("token_claim_invalid", `\`${claim}\` has none of the values that the policy requires`);
    }
  }
  return undefined;
}

/** `scope` is RFC 9068's space-delimited string; `scp` is what Entra ID and Okta write in its place, a string or an array. */
function readScopes({ scope, scp }: JsonObject & { readonly scope?: ClaimValue; readonly scp?: ClaimValue }): readonly string[] {
  const written = typeof scope === "string" ? scope : scp;
  if (typeof written === "string") return written.split(" ").filter((each) => each !== "");
  return Array.isArray(written) ? (written as readonly ClaimValue[]).filter((each) => typeof each === "string") : [];
}
