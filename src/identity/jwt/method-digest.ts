import { hash } from "node:crypto";
import type { JwtMethod } from "../../policy/model/authentication.ts";

/**
 * A digest of everything in a method that bears on whether it accepts a token and what identity it then gives: equal for two versions of
 * a policy that agree on this method, different as soon as they do not. Where the credential stands, and its name, are no part of it.
 */
export function digestMethod({ provider, audiences, clockSkew, maxLifetime, requiredClaims }: JwtMethod): string {
  const { key, name, issuer, keys, algorithms, allowPrivateAddresses } = provider;
  const required = requiredClaims.map(({ claim, values }) => [claim, values]);
  const parts = [key, name, issuer, keys, algorithms, allowPrivateAddresses, audiences, clockSkew, maxLifetime, required];
  return hash("sha256", JSON.stringify(parts), "base64url");
}
