import type { ClaimValue } from "./identity.ts";

/** A claim by its top-level name, or by a JSON Pointer (RFC 6901) where `claim` starts with a slash. */
export function readClaim(claims: { readonly [name: string]: ClaimValue }, claim: string): ClaimValue | undefined {
  if (!claim.startsWith("/")) return own(claims, claim);
  let value: ClaimValue | undefined = claims;
  for (const token of claim.slice(1).split("/")) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(name) ? (value as readonly ClaimValue[])[Number(name)] : undefined;
    else if (typeof value === "object" && value !== null) value = own(value as { readonly [name: string]: ClaimValue }, name);
    else return undefined;
  }
  return value;
}

function own(object: { readonly [name: string]: ClaimValue }, name: string): ClaimValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
