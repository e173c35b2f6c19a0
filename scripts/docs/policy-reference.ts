import type { TSchema } from "typebox";
import { apiPolicySpecSchema } from "../../src/api/api-policy.ts";
import { clusterAPIPolicySpecSchema } from "../../src/api/cluster-api-policy.ts";
import { customResourceDefinitions } from "../../src/api/crd.ts";
import { identityProviderSpecSchema } from "../../src/api/identity-provider.ts";
import { type SchemaNode, schemaNode } from "../../src/api/schema-node.ts";
import { code, sentence, table } from "./table.ts";

const HEAD = `# Policy reference

<!-- Generated from the schemas in src/api: change them, then run \`npm run generate\`. -->

Every field of every kind: its type, whether it must be there, its default, its limits and what it says. \`kubectl explain\` shows the same. What the
fields mean together is told by [semantics.md](semantics.md). Unknown fields are refused.
`;

const SPECS: ReadonlyMap<string, TSchema> = new Map<string, TSchema>([
  ["APIPolicy", apiPolicySpecSchema],
  ["ClusterAPIPolicy", clusterAPIPolicySpecSchema],
  ["IdentityProvider", identityProviderSpecSchema],
]);

/** The text of docs/policy-reference.md. */
export function renderPolicyReference(): string {
  const told = new Map<SchemaNode, string>();
  const parts = customResourceDefinitions().map(({ spec }) => {
    const { names, scope, versions } = spec;
    const { kind, plural, shortNames } = names;
    const description = versions[0]?.schema.openAPIV3Schema["description"];
    const head = `## ${kind}\n\n${sentence(typeof description === "string" ? description : "")} ${scope === "Cluster" ? "Cluster-scoped" : "Namespaced"}; ${code(plural)}, short ${code(shortNames.join(", "))}.`;
    const schema = SPECS.get(kind);
    return schema === undefined
      ? `${head} Its fields are those of an [IdentityProvider](#identityprovider).`
      : `${head}\n\n${renderStruct(kind, "spec", schemaNode(schema), told)}`;
  });
  return `${HEAD}\n${parts.join("\n\n")}\n`;
}

/** A table of the fields of one struct, and of each struct below it. A node that stands elsewhere already is only referred to. */
function renderStruct(kind: string, path: string, node: SchemaNode, told: Map<SchemaNode, string>): string {
  const fields = Object.entries(node.properties ?? {});
  const title = `${kind}: ${path}`;
  const inner: string[] = [];
  const rows = fields.map(([name, field]) => {
    const here = `${path}.${name}`;
    const { node: item, suffix } = itemOf(field);
    const known = told.get(field);
    if (known === undefined) told.set(field, title);
    const nested = Object.keys(item.properties ?? {}).length > 0;
    if (nested && known === undefined) inner.push(renderStruct(kind, `${here}${suffix}`, item, told));
    const more =
      known === undefined
        ? nested
          ? ` See [${here}${suffix}](#${anchor(`${kind}: ${here}${suffix}`)}).`
          : ""
        : ` As in [${known}](#${anchor(known)}).`;
    return [code(name), typeOf(field), presence(name, node, field), limits(field).join("; "), `${description(field)}${more}`];
  });
  const conditions = (node["x-sallyport"]?.checks ?? []).map(
    ({ message, help }) => `- ${sentence(`${message}${help === undefined ? "" : `: ${help}`}`)}`,
  );
  const head = `### ${title}\n\n${sentence(node.description ?? "")}`;
  return [
    head,
    table(["field", "type", "default", "limits", "meaning"], rows),
    ...(conditions.length === 0 ? [] : [conditions.join("\n")]),
    ...inner,
  ].join("\n\n");
}

function itemOf(node: SchemaNode): { readonly node: SchemaNode; readonly suffix: string } {
  return node.type === "array" && node.items !== undefined ? { node: node.items, suffix: "[]" } : { node, suffix: "" };
}

function typeOf(node: SchemaNode): string {
  if (node.type === "array") {
    const keys = node["x-kubernetes-list-map-keys"];
    return `list of ${node.items === undefined ? "anything" : typeOf(node.items)}${keys === undefined ? "" : `, by ${code(keys.join())}`}`;
  }
  if (node.type === "object") return node.additionalProperties === undefined ? "object" : "map of texts";
  if (node.enum !== undefined) return node.enum.map((value) => code(value === "" ? '""' : value)).join(", ");
  return { string: "text", integer: "whole number", boolean: "boolean" }[node.type];
}

function presence(name: string, parent: SchemaNode, node: SchemaNode): string {
  if (node.default !== undefined) return code(JSON.stringify(node.default));
  return parent.required?.includes(name) === true ? "required" : "none";
}

function limits(node: SchemaNode): readonly string[] {
  const { node: item, suffix } = itemOf(node);
  const form = item["x-sallyport"]?.form;
  return [
    ...(suffix === "" ? [] : [range(node.minItems, node.maxItems, "items")]),
    range(node.minProperties, node.maxProperties, "entries"),
    item.enum === undefined ? range(item.minLength === 0 ? undefined : item.minLength, item.maxLength, "characters") : "",
    item.minimum === undefined ? "" : `${item.minimum} to ${item.maximum ?? "any"}`,
    item.enum === undefined && form !== undefined ? form.expected : "",
    item.additionalProperties === undefined ? "" : range(undefined, item.additionalProperties.maxLength, "characters a value"),
  ].filter((limit) => limit !== "");
}

function range(least: number | undefined, most: number | undefined, what: string): string {
  if (most === undefined) return "";
  return least === undefined || least === 0 ? `at most ${most} ${what}` : `${least} to ${most} ${what}`;
}

/** A list's own words and, where its items are texts with words of their own, theirs. */
function description(node: SchemaNode): string {
  const { node: item, suffix } = itemOf(node);
  const own = sentence(node.description ?? "");
  return suffix === "" || item.type === "object" || item.description === undefined
    ? own
    : `${own} Each: ${sentence(item.description)}`;
}

/** As GitHub makes them: lower case, spaces to `-`, other punctuation gone. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
