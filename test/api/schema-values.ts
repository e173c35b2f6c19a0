import * as fc from "fast-check";
import type { TSchema } from "typebox";
import { type SchemaNode, schemaNode } from "../../src/api/schema-node.ts";

/** Texts that some form or other accepts. */
const TEXTS = [
  "a",
  "orders",
  "GET",
  "/a",
  "/a/{id}",
  "*",
  "api.example.com",
  "shop/frontend",
  "spiffe://td/ns/a/sa/b",
  "cluster.local",
  "10.0.0.0/8",
  "x-user",
  "https://id.example.com",
  "http://id.example.com",
  "Bearer",
];

const WRONG = fc.constantFrom<unknown>(null, "", "GET ", "get", 0, 80, true, [], {}, "/a/**", "ß");

/** Values of a schema, most of them right and some a little wrong. */
export function valueOf(schema: TSchema): fc.Arbitrary<unknown> {
  return arbitrary(schemaNode(schema), 400);
}

/** `oneIn`: how seldom a node is given something wrong instead. */
function arbitrary(node: SchemaNode, oneIn: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 1, arbitrary: WRONG }, { weight: oneIn, arbitrary: right(node, oneIn) });
}

function right(node: SchemaNode, oneIn: number): fc.Arbitrary<unknown> {
  switch (node.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: node.minimum ?? 0, max: Math.min(node.maximum ?? 0, (node.minimum ?? 0) + 20) });
    case "string":
      return textOf(node);
    case "array":
      return fc.array(node.items === undefined ? WRONG : arbitrary(node.items, oneIn), {
        minLength: node.minItems ?? 0,
        maxLength: Math.max(node.minItems ?? 0, 2),
      });
    case "object":
      if (node.additionalProperties !== undefined) {
        return fc.dictionary(fc.constantFrom("app", "tier", "example.com/x"), arbitrary(node.additionalProperties, oneIn), {
          minKeys: node.minProperties ?? 0,
          maxKeys: 2,
        });
      }
      return structOf(node, oneIn);
    default:
      return node.type satisfies never;
  }
}

function textOf(node: SchemaNode): fc.Arbitrary<string> {
  const pattern = node.pattern === undefined ? undefined : new RegExp(node.pattern, "u");
  const texts = node.enum ?? TEXTS.filter((text) => pattern?.test(text) ?? true);
  return fc.constantFrom(...(texts.length > 0 ? texts : ["a"]));
}

/** Of siblings of which one must be set, one is; other optional fields come and go. */
function structOf(node: SchemaNode, oneIn: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(node.properties ?? {});
  const union =
    (node["x-sallyport"]?.checks ?? []).find((check) => check.code === "InvalidUnion" || check.code === "ConflictingTargets")
      ?.fields ?? [];
  const fields = Object.fromEntries(
    properties.map(([name, field]) => {
      const optional = node.required?.includes(name) !== true || field.default !== undefined;
      const value = arbitrary(field, oneIn);
      return [name, optional ? fc.option(value, { nil: undefined }) : value];
    }),
  );
  return fc
    .tuple(fc.record(fields), fc.nat({ max: Math.max(union.length - 1, 0) }), fc.boolean())
    .map(([value, chosen, strict]) => {
      const kept = Object.entries(value as Record<string, unknown>).filter(
        ([name, field]) => field !== undefined && (!strict || !union.includes(name) || name === union[chosen]),
      );
      return Object.fromEntries(kept);
    });
}
