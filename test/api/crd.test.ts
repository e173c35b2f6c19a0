import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { customResourceDefinitions } from "../../src/api/crd.ts";
import type { StructuralSchema } from "../../src/api/crd-schema.ts";
import { crdManifest, crdManifests } from "../../src/files/crd-manifests.ts";

const FOLDER = path.join(import.meta.dirname, "../../manifests/crds");
const definitions = customResourceDefinitions();

describe("manifests/crds", () => {
  it("holds what the schemas say and nothing else", () => {
    const found = readdirSync(FOLDER).map((name) => [
      name,
      readFileSync(path.join(FOLDER, name), "utf8").replace(/^# Generated .*\n/u, ""),
    ]);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(definitions.map((crd) => [`${crd.metadata.name}.yaml`, crdManifest(crd)])),
    );
  });

  it("is printed as a stream of the same documents", () => {
    const documents = parseAllDocuments(crdManifests());
    expect(Array.isArray(documents) && documents.map((document) => document.toJS() as unknown)).toEqual(definitions);
  });
});

/** What a structural schema may say at a node, by its type. Source: Kubernetes, "Specifying a structural schema", and `apiextensions.k8s.io/v1`. */
const COMMON = ["type", "description", "default", "x-kubernetes-validations"];
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties", "minProperties", "maxProperties", "x-kubernetes-map-type"],
  array: ["items", "minItems", "maxItems", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"],
  string: ["enum", "pattern", "minLength", "maxLength", "format"],
  integer: ["minimum", "maximum", "format"],
  boolean: [],
};

interface Node {
  readonly where: string;
  readonly schema: StructuralSchema;
}

function nodesOf(where: string, schema: StructuralSchema): readonly Node[] {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, StructuralSchema>);
  const items = schema["items"] as StructuralSchema | undefined;
  const values = schema["additionalProperties"] as StructuralSchema | undefined;
  return [
    { where, schema },
    ...properties.flatMap(([name, field]) => nodesOf(`${where}.${name}`, field)),
    ...(items === undefined ? [] : nodesOf(`${where}[]`, items)),
    ...(values === undefined ? [] : nodesOf(`${where}{}`, values)),
  ];
}

describe.each(definitions.map((crd) => [crd.spec.names.kind, crd] as const))("the schema of %s", (_, crd) => {
  const version = crd.spec.versions[0];
  const nodes = nodesOf("", version?.schema.openAPIV3Schema ?? {});
  const described = nodes.filter(({ where }) => where !== ".metadata");

  const breaches = (rule: (schema: StructuralSchema) => boolean): readonly string[] =>
    described.filter(({ schema }) => !rule(schema)).map(({ where }) => where);

  it("is structural: a type everywhere, no unions, nothing that is not understood", () => {
    expect(
      breaches((schema) =>
        Object.keys(schema).every((keyword) => COMMON.includes(keyword) || BY_TYPE[String(schema["type"])]?.includes(keyword)),
      ),
    ).toEqual([]);
    expect(breaches((schema) => schema["properties"] === undefined || schema["additionalProperties"] === undefined)).toEqual([]);
  });

  it("describes every field in sentences", () => {
    expect(
      breaches((schema) => typeof schema["description"] === "string" && /^[A-Z`\d].*\.$/u.test(schema["description"])),
    ).toEqual([]);
  });

  it("bounds every list, map, text and number", () => {
    const spec = described.filter(({ where }) => where.startsWith(".spec"));
    const unbounded = spec.filter(({ schema }) => {
      if (schema["type"] === "array") return schema["maxItems"] === undefined;
      if (schema["type"] === "string") return schema["maxLength"] === undefined && schema["enum"] === undefined;
      if (schema["type"] === "integer") return schema["minimum"] === undefined || schema["maximum"] === undefined;
      return schema["type"] === "object" && schema["additionalProperties"] !== undefined && schema["maxProperties"] === undefined;
    });
    expect(unbounded.map(({ where }) => where)).toEqual([]);
  });

  it("says of every list how it is merged, by a key that every item must have", () => {
    expect(
      breaches((schema) => {
        if (schema["type"] !== "array") return true;
        if (schema["x-kubernetes-list-type"] === "atomic") return true;
        const keys = schema["x-kubernetes-list-map-keys"] as readonly string[];
        const required = (schema["items"] as StructuralSchema)["required"] as readonly string[];
        return schema["x-kubernetes-list-type"] === "map" && keys.every((key) => required.includes(key));
      }),
    ).toEqual([]);
  });

  it("anchors every pattern, and stays inside what RE2 understands", () => {
    const patterns = nodes.flatMap(({ schema }) => (typeof schema["pattern"] === "string" ? [schema["pattern"]] : []));
    expect(patterns.filter((pattern) => !/^\^.*\$$/u.test(pattern) || /\(\?[=!<]|\\[1-9]|\\u/u.test(pattern))).toEqual([]);
  });

  it("has a status subresource and truthful columns", () => {
    expect(version?.subresources).toEqual({ status: {} });
    expect(nodes.some(({ where }) => where === ".status.observedGeneration")).toBe(true);
    expect(crd.spec.names.categories).toEqual(["sallyport"]);
  });
});

it("prints the columns that a policy is judged by", () => {
  expect(definitions[0]?.spec.versions[0]?.additionalPrinterColumns.map(({ name, jsonPath }) => [name, jsonPath])).toEqual([
    ["Target", ".spec.targetRefs[*].name"],
    ["Mode", ".spec.mode"],
    ["Accepted", '.status.conditions[?(@.type=="Accepted")].status'],
    ["Programmed", '.status.conditions[?(@.type=="Programmed")].status'],
    ["Age", ".metadata.creationTimestamp"],
  ]);
});
