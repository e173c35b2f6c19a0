import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseResource } from "../../src/api/parse-resource.ts";
import { digest, parseYaml } from "./manifests.ts";

const OURS = "apiVersion: sallyport.dev/v1alpha1";

describe("objects of other kinds", () => {
  it("are ignored with a note", () => {
    expect(parseYaml("{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web, namespace: shop } }")).toEqual({
      outcome: "ignored",
      note: {
        code: "IgnoredKind",
        severity: "note",
        object: { kind: "Deployment", namespace: "shop", name: "web" },
        path: "kind",
        message: "objects of kind `Deployment` in `apps/v1` are not read",
      },
    });
  });

  it("are ignored where only the kind's name is one of ours", () => {
    expect(parseYaml("{ apiVersion: serving.knative.dev/v1, kind: Service, metadata: { name: a } }").outcome).toBe("ignored");
    expect(parseYaml("{ apiVersion: example.com/v1, kind: APIPolicy, metadata: { name: a } }").outcome).toBe("ignored");
  });
});

/** Objects that were meant for us, but that nobody can use. */
const INVALID: readonly (readonly [name: string, manifest: string, outcome: object])[] = [
  [
    "a kind that is misspelt may be a lost policy",
    `{ ${OURS}, kind: ApiPolcy, metadata: { name: a, namespace: shop } }`,
    {
      object: { kind: "ApiPolcy", namespace: "shop", name: "a" },
      lostPolicy: true,
      diagnostics: [{ code: "UnknownKind", help: "did you mean `APIPolicy`?" }],
    },
  ],
  [
    "a version that is not served",
    "{ apiVersion: sallyport.dev/v1, kind: APIPolicy, metadata: { name: a } }",
    {
      object: { kind: "APIPolicy", namespace: "default", name: "a" },
      lostPolicy: true,
      diagnostics: [{ code: "UnsupportedVersion", help: "write `apiVersion: sallyport.dev/v1alpha1`" }],
    },
  ],
  [
    "a group that is misspelt",
    "{ apiVersion: salyport.dev/v1alpha1, kind: IdentityProvider, metadata: { name: a } }",
    { lostPolicy: false, diagnostics: [{ code: "UnsupportedVersion", path: "apiVersion" }] },
  ],
  [
    "a policy for the whole cluster without a name, which speaks of every namespace",
    `{ ${OURS}, kind: ClusterAPIPolicy, metadata: {}, spec: { defaults: {} } }`,
    {
      object: { kind: "ClusterAPIPolicy", name: "" },
      lostPolicy: true,
      diagnostics: [{ code: "MissingField", path: "metadata.name" }],
    },
  ],
  [
    "a later kind that decides nothing",
    `{ ${OURS}, kind: APIScan, metadata: { name: a } }`,
    { lostPolicy: false, diagnostics: [{ code: "NotSupported" }] },
  ],
  [
    "a policy without a name",
    `{ ${OURS}, kind: APIPolicy, metadata: { namespace: shop }, spec: { mode: x } }`,
    {
      object: { kind: "APIPolicy", namespace: "shop", name: "" },
      lostPolicy: true,
      diagnostics: [
        { code: "MissingField", path: "metadata.name" },
        { code: "InvalidValue", path: "spec.mode" },
      ],
    },
  ],
  [
    "a policy in no namespace that there can be",
    `{ ${OURS}, kind: APIPolicy, metadata: { name: a, namespace: Shop }, spec: {} }`,
    {
      object: { kind: "APIPolicy", name: "a" },
      lostPolicy: true,
      diagnostics: [{ code: "InvalidName", path: "metadata.namespace", help: "write `shop`" }],
    },
  ],
  [
    "metadata that is none",
    `{ ${OURS}, kind: APIPolicy, metadata: [], spec: {} }`,
    { object: { kind: "APIPolicy", name: "" }, lostPolicy: true, diagnostics: [{ path: "metadata" }] },
  ],
  [
    "a cluster's object in a namespace",
    `{ ${OURS}, kind: ClusterIdentityProvider, metadata: { name: a, namespace: shop }, spec: { issuer: "https://a" } }`,
    {
      object: { kind: "ClusterIdentityProvider", name: "a" },
      lostPolicy: false,
      diagnostics: [{ code: "UnknownField", path: "metadata.namespace" }],
    },
  ],
  [
    "a mapping without kind and version",
    "{ a: b }",
    { object: { kind: "", name: "" }, lostPolicy: true, diagnostics: [{ code: "NotAnObject", path: "" }] },
  ],
];

describe("objects that cannot be used", () => {
  it.each(INVALID)("%s", (_, manifest, outcome) => {
    expect(parseYaml(manifest)).toMatchObject({ outcome: "invalid", ...outcome });
  });
});

describe("metadata", () => {
  it("is kept as far as it is read", () => {
    const outcome = parseResource(
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: "shop",
          uid: "u",
          generation: 3,
          creationTimestamp: new Date(0),
          labels: { team: "a" },
          annotations: null,
          managedFields: [{}],
        },
        spec: { finalizers: ["kubernetes"] },
      },
      { digest },
    );
    expect(outcome).toEqual({
      outcome: "resource",
      diagnostics: [],
      resource: {
        kind: "Namespace",
        namespace: "",
        name: "shop",
        uid: "u",
        generation: 3,
        creationTimestamp: "1970-01-01T00:00:00.000Z",
        labels: new Map([["team", "a"]]),
        annotations: new Map(),
        spec: {},
        faults: [],
      },
    });
  });

  it("may have faults of its own, which leave the policy a policy", () => {
    expect(parseYaml(`{ ${OURS}, kind: APIPolicy, metadata: { name: a, labels: { "a b": c, d: 1 } }, spec: {} }`)).toMatchObject({
      resource: {
        name: "a",
        labels: new Map(),
        targetUnknown: false,
        faults: [
          { code: "InvalidLabel", path: "metadata.labels[a b]" },
          { code: "InvalidType", path: "metadata.labels.d", help: 'put it in quotes: `"1"`' },
        ],
      },
    });
  });
});

describe("any value at all", () => {
  const kinds = fc.constantFrom(
    "APIPolicy",
    "IdentityProvider",
    "ClusterIdentityProvider",
    "Secret",
    "Service",
    "Namespace",
    "Other",
  );
  const versions = fc.constantFrom("sallyport.dev/v1alpha1", "v1", "x/v1");
  const fields = fc.constantFrom(
    "spec",
    "metadata",
    "data",
    "type",
    "rules",
    "name",
    "from",
    "to",
    "targetRefs",
    "jwt",
    "__proto__",
    "constructor",
    "toString",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, fc.jsonValue({ maxDepth: 1 }), fc.array(tie("value"), { maxLength: 4 }), tie("object")),
    object: fc.dictionary(fields, tie("value"), { maxKeys: 5 }),
  }));

  it("has an outcome, and what it says is in the house's style", () => {
    fc.assert(
      fc.property(versions, kinds, value, value, (apiVersion, kind, metadata, spec) => {
        const outcome = parseResource({ apiVersion, kind, metadata, spec, type: "sallyport.dev/api-key" }, { digest });
        const diagnostics = outcome.outcome === "ignored" ? [outcome.note] : outcome.diagnostics;
        expect(diagnostics.length > 0 || outcome.outcome === "resource").toBe(true);
        for (const { code, message } of diagnostics) {
          expect(code).toMatch(/^[A-Z][A-Za-z]+$/u);
          expect(message).toMatch(/^[^A-Z][^\n]*[^.\n]$/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has an outcome even where it is no object", () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(parseResource(anything, { digest }).outcome).toBe("invalid");
      }),
      { numRuns: 300 },
    );
  });
});
