import type { SuiteToken } from "../cli/test/suite.ts";
import { readAnswer } from "../identity/introspection/answer.ts";
import { checkClaims } from "../identity/jwt/claims.ts";
import { parseStrictObject } from "../identity/jwt/strict-json.ts";
import type { IntrospectionMethod, JwtMethod, Verification } from "../policy/model/authentication.ts";

/** Seconds for which a suite's token lives, if its claims do not say. */
const TOKEN_LIFE = 300;
const SIGNATURE = Buffer.from("signed by a suite of tests").toString("base64url");

/**
 * In the form of a token (RFC 7515 §7.1), since conditions may look at it, or of none where its provider must be asked about it. Different for
 * each identity.
 */
export function tokenText({ kind, identity, claims }: SuiteToken): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  if (kind === "introspection") return part(`token of ${identity}`);
  return `${part({ alg: "none", kid: identity })}.${part(claims)}.${SIGNATURE}`;
}

/** Judges a token as if its provider had signed it. */
export function verifySigned(method: JwtMethod, token: SuiteToken, now: number): Verification {
  const refusal = refusalOf(token);
  if (refusal !== undefined) return refusal;
  if (method.provider.name !== token.provider) {
    return {
      ok: false,
      reason: "token_signature_invalid",
      detail: `\`${token.provider}\` signed it, and not the method's provider`,
    };
  }
  const seconds = Math.floor(now / 1000);
  const filled = { iss: method.provider.issuer, aud: method.audiences[0], iat: seconds, exp: seconds + TOKEN_LIFE };
  const claims = parseStrictObject(jsonOf(token, filled));
  return typeof claims === "string" ? { ok: false, reason: "token_malformed", detail: claims } : checkClaims(method, claims, now);
}

/** Judges a token as if its provider had answered with the claims (RFC 7662 §2.2). */
export function verifyAsked(method: IntrospectionMethod, token: SuiteToken, now: number): Verification {
  const refusal = refusalOf(token);
  if (refusal !== undefined) return refusal;
  if (method.provider.name !== token.provider) {
    return { ok: false, reason: "token_inactive", detail: `\`${token.provider}\` issued it, and not the method's provider` };
  }
  const [audience] = method.audiences;
  return readAnswer(method, jsonOf(token, { active: true, ...(audience === undefined ? {} : { aud: audience }) }), now)
    .verification;
}

function refusalOf({ refused }: SuiteToken): Verification | undefined {
  return refused === undefined ? undefined : { ok: false, reason: refused, detail: "the suite says so" };
}

/** What the suite leaves out is filled in so that the method accepts it; what it sets to null is not there. */
function jsonOf({ claims }: SuiteToken, filled: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries({ ...filled, ...claims }).filter(([, value]) => value !== null)));
}

/** The `sub` of a token's own claims. */
export function subjectOf({ claims }: SuiteToken): string {
  const { sub } = claims as { readonly sub?: unknown };
  return typeof sub === "string" ? sub : "";
}
