import { Type } from "typebox";
import type { FaultList } from "./faults.ts";
import { optional, type Parsed, struct, text, textMap } from "./fields.ts";
import { dnsLabel, labelKey, labelValue, objectName } from "./name-forms.ts";
import { readValue } from "./read-value.ts";

/** The part of `metadata` that is read; what else the API server keeps there is left alone. */
const metadataSchema = struct(
  "Standard object metadata.",
  {
    name: text("The object's name.", { maxLength: 253, form: objectName }),
    namespace: optional(text("The object's namespace.", { maxLength: 63, form: dnsLabel })),
    uid: optional(text("Tells the object from another of the same name that came before.", { maxLength: 128 })),
    generation: optional(Type.Integer({ minimum: 0 })),
    creationTimestamp: optional(text("RFC 3339.", { maxLength: 64 })),
    labels: optional(textMap("Labels.", { maxProperties: 1024, maxLength: 63, keys: labelKey, values: labelValue })),
    annotations: optional(textMap("Annotations.", { maxProperties: 1024, maxLength: 262_144, keys: labelKey })),
  },
  { open: true, salvage: true },
);

export type Metadata = Partial<Parsed<typeof metadataSchema>>;

/** What is valid of an object's metadata. */
export function readMetadata(value: unknown, faults: FaultList): Metadata {
  const read = readValue(metadataSchema, withTextTime(value), "metadata", faults);
  return read ?? {};
}

/** Kubernetes clients hand out times as `Date`. */
function withTextTime(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("creationTimestamp" in value)) return value;
  const time = value.creationTimestamp;
  return time instanceof Date ? { ...value, creationTimestamp: time.toISOString() } : value;
}
