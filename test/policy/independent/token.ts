import type { Method } from "./manifest-types.ts";
import { type Json, NOW, type Token } from "./world.ts";

/** The reason why a token is not good for a method, or undefined where it is. */
export function refuseToken(token: Token, method: NonNullable<Method["jwt"]>): string | undefined {
  if (token.provider === "down") return "identity_provider_unavailable";
  if (token.signature === "bad") return "token_signature_invalid";
  const { sub, exp, nbf, iat, aud } = token.claims;
  const skew = method.clockSkewSeconds ?? 30;
  const isLate = (time: Json | undefined): boolean => typeof time === "number" && time > NOW + skew;
  if (sub !== undefined && typeof sub !== "string") return "token_claim_invalid";
  if (typeof exp !== "number") return "token_claim_invalid";
  if (NOW >= exp + skew) return "token_expired";
  if (isLate(nbf) || isLate(iat)) return "token_not_yet_valid";
  if (method.maxLifetimeSeconds !== undefined) {
    if (typeof iat !== "number") return "token_claim_invalid";
    if (exp - iat > method.maxLifetimeSeconds) return "token_lifetime_exceeded";
  }
  const audiences = typeof aud === "string" ? [aud] : Array.isArray(aud) ? aud : [];
  if (!audiences.some((audience) => method.audiences.includes(String(audience)))) return "token_audience_mismatch";
  const required = method.requiredClaims ?? [];
  return required.every(({ claim, values }) => holds(readClaim(token.claims, claim), values)) ? undefined : "token_claim_invalid";
}

function holds(value: Json | undefined, values: readonly string[] | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (values === undefined) return true;
  return (Array.isArray(value) ? value : [value]).some((one) => typeof one === "string" && values.includes(one));
}

/** A top-level claim, or what a JSON Pointer leads to. */
export function readClaim(claims: { readonly [name: string]: Json }, claim: string): Json | undefined {
  if (!claim.startsWith("/")) return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  let value: Json | undefined = claims;
  for (const step of claim.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, name) || name === "length") return undefined;
    value = (value as { readonly [key: string]: Json })[name];
  }
  return value;
}

/** The words of `scope`, else of `scp`. */
export function scopesOf({ scope, scp }: Token["claims"]): readonly string[] {
  const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");
  if (typeof scope === "string") return words(scope);
  if (typeof scp === "string") return words(scp);
  return Array.isArray(scp) ? scp.filter((one) => typeof one === "string") : [];
}
