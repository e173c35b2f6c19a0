import type { TSchema } from "typebox";
import { type SchemaNode, schemaNode } from "./schema-node.ts";

/** A node of a structural schema, as `apiextensions.k8s.io/v1` writes it. */
export interface StructuralSchema {
  readonly [keyword: string]: unknown;
}

const COPIED = [
  "format",
  "enum",
  "default",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
] as const satisfies readonly (keyof SchemaNode)[];

/** Turns a schema into a structural one: what only the parser needs is left out, and checks become `x-kubernetes-validations`. */
export function structuralSchema(schema: TSchema): StructuralSchema {
  return structural(schemaNode(schema));
}

function structural(node: SchemaNode): StructuralSchema {
  const out: Record<string, unknown> = { type: node.type };
  if (node.description !== undefined) out["description"] = node.description;
  for (const keyword of COPIED) {
    if (node[keyword] !== undefined) out[keyword] = node[keyword];
  }
  if (node.items !== undefined) out["items"] = structural(node.items);
  if (node.additionalProperties !== undefined) out["additionalProperties"] = structural(node.additionalProperties);
  const properties = Object.entries(node.properties ?? {});
  if (properties.length > 0) out["properties"] = Object.fromEntries(properties.map(([name, field]) => [name, structural(field)]));
  // The API server fills defaults in before it validates, and a field with a default is none that anyone is required to write.
  const required = (node.required ?? []).filter((name) => node.properties?.[name]?.default === undefined);
  if (required.length > 0) out["required"] = required;
  if (node.type === "array") {
    out["x-kubernetes-list-type"] = node["x-kubernetes-list-type"];
    if (node["x-kubernetes-list-map-keys"] !== undefined) out["x-kubernetes-list-map-keys"] = node["x-kubernetes-list-map-keys"];
  }
  if (node.type === "object" && node.additionalProperties !== undefined) out["x-kubernetes-map-type"] = "atomic";
  const validations = (node["x-sallyport"]?.checks ?? []).flatMap((check) =>
    check.rule === undefined
      ? []
      : [{ rule: check.rule, message: check.help === undefined ? check.message : `${check.message}: ${check.help}` }],
  );
  if (validations.length > 0) out["x-kubernetes-validations"] = validations;
  return out;
}
