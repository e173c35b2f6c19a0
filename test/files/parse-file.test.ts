import { describe, expect, it } from "vitest";
import { collect, withSources } from "../../src/files/file-result.ts";
import { parseFile } from "../../src/files/parse-file.ts";
import { digest } from "../api/manifests.ts";
import { policyText } from "./temporary-folder.ts";

const parsed = (text: string) => parseFile("shop.yaml", text, digest);

describe("a file", () => {
  it("gives its objects, with the place of each fault", () => {
    const { sources, ...result } = parsed(
      `${policyText("a")}---\n${policyText("b", "{ mode: shadow }")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n`,
    );
    const fault = {
      code: "InvalidValue",
      severity: "error",
      object: { kind: "APIPolicy", namespace: "shop", name: "b" },
      path: "spec.mode",
      message: "`shadow` is none of `Enforce`, `Shadow`",
      help: "did you mean `Shadow`?",
      source: { file: "shop.yaml", line: 9, column: 9 },
    };
    const policy = {
      kind: "APIPolicy",
      namespace: "shop",
      labels: new Map(),
      annotations: new Map(),
      spec: { mode: "Enforce" },
      targetUnknown: false,
    };
    expect(result).toEqual({
      file: "shop.yaml",
      resources: [
        { ...policy, name: "a", faults: [] },
        { ...policy, name: "b", faults: [fault] },
      ],
      invalid: [],
      diagnostics: [
        fault,
        {
          code: "IgnoredKind",
          severity: "note",
          object: { kind: "ConfigMap", namespace: "default", name: "c" },
          path: "kind",
          message: "objects of kind `ConfigMap` in `v1` are not read",
          source: { file: "shop.yaml", line: 12, column: 1 },
        },
      ],
      unreadable: false,
    });
    expect([...sources.keys()]).toEqual(["APIPolicy shop/a", "APIPolicy shop/b"]);
  });

  it("may hold a List, as kubectl prints it", () => {
    const item = (name: string, spec: string): string =>
      `- { apiVersion: sallyport.dev/v1alpha1, kind: APIPolicy, metadata: { name: ${name} }, spec: ${spec} }\n`;
    const { resources, diagnostics } = parsed(
      `apiVersion: v1\nkind: List\nitems:\n${item("a", "{}")}${item("b", "{ mod: Shadow }")}`,
    );
    expect(resources.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(diagnostics).toMatchObject([{ path: "spec.mod", source: { line: 5, column: 89 } }]);
  });

  it("that cannot be parsed gives nothing at all, not even what stands before the fault", () => {
    expect(parsed(`${policyText("a")}---\nspec: [\n`)).toMatchObject({
      resources: [],
      unreadable: true,
      diagnostics: [{ code: "InvalidYAML", severity: "error", source: { file: "shop.yaml" } }],
    });
  });

  it.each(["a text", "- a\n- b", "spec: {}", "kind: APIPolicy", "apiVersion: v1\nkind: List\nitems: [3]"])(
    "that holds %j is unreadable, since half a policy may be all that is left",
    (text) => {
      expect(parsed(`${policyText("a")}---\n${text}\n`)).toMatchObject({
        resources: [],
        invalid: [],
        unreadable: true,
        diagnostics: [{ code: "NotAnObject", source: { line: text.startsWith("apiVersion") ? 8 : 6 } }],
      });
    },
  );

  it("that is empty holds nothing", () => {
    expect(parsed("# later\n")).toEqual({
      file: "shop.yaml",
      resources: [],
      invalid: [],
      diagnostics: [],
      unreadable: false,
      sources: new Map(),
    });
  });

  it("counts an object that stands twice once", () => {
    const result = parsed(`${policyText("a")}---\n${policyText("a", "{ mode: Shadow }")}`);
    expect(result.resources).toMatchObject([{ name: "a", spec: { mode: "Enforce" } }]);
    expect(result.invalid).toEqual([
      { object: { kind: "APIPolicy", namespace: "shop", name: "a" }, lostPolicy: true, diagnostics: result.diagnostics },
    ]);
    expect(result.diagnostics).toMatchObject([
      { code: "DuplicateObject", message: "`APIPolicy shop/a` stands in `shop.yaml` already", source: { line: 8, column: 13 } },
    ]);
  });

  it("never lets an API key through", () => {
    const { resources, diagnostics } = parsed(
      "apiVersion: v1\nkind: Secret\nmetadata: { name: k }\ntype: sallyport.dev/api-key\nstringData: { api_key: 0123456789abcdef }\n",
    );
    expect(resources).toMatchObject([{ kind: "Secret", spec: { keyDigest: "digest of 16 characters" } }]);
    expect(JSON.stringify([resources, diagnostics])).not.toContain("0123456789abcdef");
  });
});

describe("what is found out later", () => {
  it("is given its place in the file", () => {
    const results = [
      parsed(policyText("a", "\n  rules:\n    - name: read\n      effect: Allow\n      when: [{ expression: x }]")),
    ];
    const finding = {
      code: "InvalidExpression",
      severity: "error",
      message: "x",
      path: "spec.rules[0].when[0].expression",
    } as const;
    const object = { kind: "APIPolicy", namespace: "shop", name: "a" };
    expect(
      withSources(
        [{ ...finding, object }, { ...finding, object: { kind: "APIPolicy", namespace: "shop", name: "z" } }, finding],
        results,
      ),
    ).toEqual([
      { ...finding, object, source: { file: "shop.yaml", line: 8, column: 16 } },
      { ...finding, object: { kind: "APIPolicy", namespace: "shop", name: "z" } },
      finding,
    ]);
  });
});

it("all files together are one list of each", () => {
  const broken = parsed("[");
  expect(collect([parsed(policyText("a")), broken, { ...parsed(policyText("b")), stale: true }])).toMatchObject({
    resources: [{ name: "a" }, { name: "b" }],
    diagnostics: broken.diagnostics,
    unreadable: ["shop.yaml"],
    stale: ["shop.yaml"],
  });
});
