import { type IdentityProviderSpec, identityProviderSpecSchema } from "./identity-provider.ts";
import { accepted, invalid, type ObjectContext, resourceOf } from "./object-context.ts";
import type { ParseOutcome } from "./parse-outcome.ts";
import { readValue } from "./read-value.ts";

/** Both kinds of provider say the same; only who may refer to them differs. */
export function parseProvider(context: ObjectContext, kind: "IdentityProvider" | "ClusterIdentityProvider"): ParseOutcome {
  const { raw, faults } = context;
  if (!raw.has("spec"))
    faults.add("MissingField", "spec", "`spec` is missing", "an identity provider needs at least an `issuer`");
  const spec = raw.has("spec") ? readValue(identityProviderSpecSchema, raw.get("spec"), "spec", faults) : undefined;
  if (faults.count > 0 || spec === undefined) return invalid(context);
  const parsed = spec as IdentityProviderSpec;
  return kind === "IdentityProvider"
    ? accepted(resourceOf(context, "IdentityProvider", parsed))
    : accepted(resourceOf(context, "ClusterIdentityProvider", parsed));
}
