import { Type } from "typebox";
import { CONDITION_REASONS, CONDITION_TYPES } from "./conditions.ts";
import { choice, listMap, optional, struct, text } from "./fields.ts";
import type { Form } from "./form.ts";

/** Source: `metav1.Condition`, whose bounds these are. */
const conditionType: Form = {
  code: "InvalidValue",
  expected: "a condition type",
  pattern: "^[A-Za-z](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$",
  help: "write `Accepted`",
};

const conditionReason: Form = {
  code: "InvalidValue",
  expected: "a reason",
  pattern: "^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
  help: "write one CamelCase word",
};

const listed = (table: Readonly<Record<string, string>>): string =>
  Object.entries(table)
    .map(([name, meaning]) => `${name}: ${meaning}`)
    .join("; ");

const generation = (description: string) => Type.Integer({ description, format: "int64", minimum: 0 });

const conditionSchema = struct("One aspect of the resource's state.", {
  type: text(`The aspect. ${listed(CONDITION_TYPES)}.`, { maxLength: 316, form: conditionType }),
  status: choice("Whether it is so.", ["True", "False", "Unknown"]),
  observedGeneration: optional(generation("The `metadata.generation` that the condition is about.")),
  lastTransitionTime: Type.String({ description: "When `status` last changed.", format: "date-time" }),
  reason: text(`Why, in one word: the code of the first fault, or one of these. ${listed(CONDITION_REASONS)}.`, {
    maxLength: 1024,
    form: conditionReason,
  }),
  message: text("Why, in full; may be empty.", { minLength: 0, maxLength: 32_768 }),
});

/** What the operator says of a resource; every kind has the same. */
export const statusSchema = struct("What the operator says of the resource. Written by the operator alone.", {
  observedGeneration: optional(generation("The newest `metadata.generation` that the operator has seen.")),
  conditions: optional(listMap("The resource's state, one condition an aspect.", "type", conditionSchema, { maxItems: 8 })),
});
