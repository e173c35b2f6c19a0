import type { TSchema } from "typebox";
import { apiPolicySpecSchema } from "./api-policy.ts";
import { clusterAPIPolicySpecSchema } from "./cluster-api-policy.ts";
import { type StructuralSchema, structuralSchema } from "./crd-schema.ts";
import { identityProviderSpecSchema } from "./identity-provider.ts";
import { API_VERSION, GROUP } from "./resource.ts";
import { statusSchema } from "./status.ts";

interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "date";
  readonly description: string;
  readonly jsonPath: string;
}

/** Source: `apiextensions.k8s.io/v1`, the fields that are written. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced" | "Cluster";
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: { readonly status: Readonly<Record<string, never>> };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    }[];
  };
}

interface KindDescription {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  readonly spec: TSchema;
  readonly columns: readonly PrinterColumn[];
}

const condition = (name: string, description: string): PrinterColumn => ({
  name,
  type: "string",
  description,
  jsonPath: `.status.conditions[?(@.type=="${name}")].status`,
});
const ACCEPTED = condition("Accepted", "Whether the spec is valid.");
const PROGRAMMED = condition("Programmed", "Whether it is in force everywhere.");
const AGE: PrinterColumn = {
  name: "Age",
  type: "date",
  description: "Time since it was created.",
  jsonPath: ".metadata.creationTimestamp",
};
const ISSUER: PrinterColumn = { name: "Issuer", type: "string", description: "The issuer's URL.", jsonPath: ".spec.issuer" };

const KINDS: readonly KindDescription[] = [
  {
    kind: "APIPolicy",
    plural: "apipolicies",
    shortName: "apol",
    scope: "Namespaced",
    description:
      "Says who may call a service of its namespace, and how: which credentials count, and which calls the rules admit.",
    spec: apiPolicySpecSchema,
    columns: [
      { name: "Target", type: "string", description: "The objects that the policy names.", jsonPath: ".spec.targetRefs[*].name" },
      { name: "Mode", type: "string", description: "Whether the policy is enforced or only watched.", jsonPath: ".spec.mode" },
      ACCEPTED,
      PROGRAMMED,
      AGE,
    ],
  },
  {
    kind: "ClusterAPIPolicy",
    plural: "clusterapipolicies",
    shortName: "capol",
    scope: "Cluster",
    description:
      "Says for many namespaces who may call their services: as defaults where they say nothing, as overrides whatever they say.",
    spec: clusterAPIPolicySpecSchema,
    columns: [
      { name: "Mode", type: "string", description: "Whether the policy is enforced or only watched.", jsonPath: ".spec.mode" },
      ACCEPTED,
      PROGRAMMED,
      AGE,
    ],
  },
  {
    kind: "IdentityProvider",
    plural: "identityproviders",
    shortName: "idp",
    scope: "Namespaced",
    description: "An issuer of JSON Web Tokens for the policies of its namespace.",
    spec: identityProviderSpecSchema,
    columns: [ISSUER, ACCEPTED, AGE],
  },
  {
    kind: "ClusterIdentityProvider",
    plural: "clusteridentityproviders",
    shortName: "cidp",
    scope: "Cluster",
    description: "An issuer of JSON Web Tokens for the policies of every namespace.",
    spec: identityProviderSpecSchema,
    columns: [ISSUER, ACCEPTED, AGE],
  },
];

function definition(entry: KindDescription): CustomResourceDefinition {
  const { kind, plural, scope } = entry;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${GROUP}`,
      labels: { "app.kubernetes.io/name": "sallyport", "app.kubernetes.io/component": "crds" },
    },
    spec: {
      group: GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [entry.shortName],
        categories: ["sallyport"],
      },
      versions: [
        {
          name: API_VERSION.slice(GROUP.length + 1),
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: entry.columns,
          schema: { openAPIV3Schema: objectSchema(entry) },
        },
      ],
    },
  };
}

function objectSchema(entry: KindDescription): StructuralSchema {
  return {
    type: "object",
    description: entry.description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "The version of this representation of the object." },
      kind: { type: "string", description: "The kind of the object." },
      metadata: { type: "object" },
      spec: structuralSchema(entry.spec),
      status: structuralSchema(statusSchema),
    },
  };
}

/** The definitions of every kind of ours, in the order in which a newcomer meets them. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return KINDS.map(definition);
}
