import * as fc from "fast-check";
import type { TSchema } from "typebox";
import { Check as conforms } from "typebox/value";
import { expect, it } from "vitest";
import { apiPolicySpecSchema } from "../../src/api/api-policy.ts";
import { FaultList } from "../../src/api/faults.ts";
import { identityProviderSpecSchema } from "../../src/api/identity-provider.ts";
import { readValue } from "../../src/api/read-value.ts";
import { valueOf } from "./schema-values.ts";

/**
 * The parser walks schemas by itself, for the sake of its words. Here typebox's own checker stands beside it: what one accepts, the other must.
 */
it.each([
  ["a policy", apiPolicySpecSchema as TSchema],
  ["an identity provider", identityProviderSpecSchema as TSchema],
])("what the parser gives of %s conforms to the schema by typebox's own reading", (_, schema) => {
  let accepted = 0;
  fc.assert(
    fc.property(valueOf(schema), (value) => {
      const faults = new FaultList();
      const parsed = readValue(schema, value, "spec", faults);
      if (faults.count > 0) return;
      accepted++;
      const again = new FaultList();
      expect({
        conforms: conforms(schema, parsed),
        again: readValue(schema, parsed, "spec", again),
        faults: again.items,
      }).toEqual({
        conforms: true,
        again: parsed,
        faults: [],
      });
    }),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(50);
});
