import type { TObject } from "typebox";
import { struct, textMap } from "./fields.ts";
import { labelKey, labelValue } from "./name-forms.ts";

/** `matchLabels`, all of which must be equal. Built anew for each use, since its description says what it selects. */
export function labelSelector(description: string): TObject<{ matchLabels: ReturnType<typeof textMap> }> {
  return struct(
    description,
    {
      matchLabels: textMap("Labels and their values; all of them must be equal.", {
        minProperties: 1,
        maxProperties: 16,
        maxLength: 63,
        keys: labelKey,
        values: labelValue,
      }),
    },
    { notYet: { matchExpressions: "select by `matchLabels`" } },
  );
}
