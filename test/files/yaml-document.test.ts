import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/files/yaml-document.ts";

const TEXT = `# a comment
metadata:
  name: orders
  labels: { app: orders, app.kubernetes.io/name: x, app.kubernetes.io: y }
spec:
  rules:
    - name: read
      to:
        - paths: ["/a", "/b"]
        - &entry
          methods: [GET]
    - name: write
      to: [*entry]
`;

/** Line and column of a path in a text of one document. */
function placeOf(text: string, path: string): string {
  const yaml = readYaml("orders.yaml", text);
  if (!yaml.ok) throw new Error("not YAML");
  const place = yaml.documents[0]?.locate(path);
  return place === undefined ? "nowhere" : `${place.file}:${place.line}:${place.column}`;
}

describe("a place in a document", () => {
  it.each([
    ["", "orders.yaml:2:1"],
    ["metadata.name", "orders.yaml:3:3"],
    ["spec.rules[0].to[0].paths[1]", "orders.yaml:9:25"],
    ["spec.rules[1]", "orders.yaml:12:7"],
    ["metadata.labels[app.kubernetes.io/name]", "orders.yaml:4:26"],
    ["metadata.labels.app", "orders.yaml:4:13"],
    ["metadata.labels[app.kubernetes.io]", "orders.yaml:4:53"],
  ])("is found for %j", (path, place) => {
    expect(placeOf(TEXT, path)).toBe(place);
  });

  it("of a missing field is that of the nearest above it", () => {
    expect(placeOf(TEXT, "spec.rules[1].effect")).toBe("orders.yaml:12:7");
    expect(placeOf(TEXT, "spec.rules[7].name")).toBe("orders.yaml:6:3");
    expect(placeOf(TEXT, "status")).toBe("orders.yaml:2:1");
  });

  it("behind an alias is that of what it stands for", () => {
    expect(placeOf(TEXT, "spec.rules[1].to[0].methods[0]")).toBe("orders.yaml:11:21");
  });

  it("is found in JSON and with Windows line ends", () => {
    expect(placeOf('{\r\n\t"spec": {\r\n\t\t"mode": 1 } }', "spec.mode")).toBe("orders.yaml:3:3");
  });
});

function faultsOf(text: string): unknown {
  const yaml = readYaml("a.yaml", text);
  return yaml.ok ? [] : yaml.faults.map(({ code, message, source }) => `${source.line}:${source.column} ${code}: ${message}`);
}

/** Each level is nine times as large as the one before. */
const LAUGHS = [
  "a: &l0 [x,x,x,x,x,x,x,x,x]",
  ...Array.from(
    { length: 9 },
    (_, level) => `b${level}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(",")}]`,
  ),
].join("\n");

describe("a text", () => {
  it.each([
    ["a key that stands twice", "a: 1\nb: 2\na: 3\n", ["3:1 DuplicateKey: the key stands twice in one mapping"]],
    [
      "an unclosed list",
      "a: [1, 2\n",
      ["2:1 InvalidYAML: not YAML: flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    ["an alias of nothing", "a: *b\n", ["1:4 InvalidYAML: the alias `*b` stands for nothing"]],
    ["a tag that is not understood", "a: !secret x\n", ["1:4 InvalidYAML: not YAML: unresolved tag: !secret"]],
    [
      "aliases that grow without end",
      LAUGHS,
      ["1:1 InvalidYAML: the document's aliases cannot be expanded, or there are too many of them"],
    ],
    [
      "absurd nesting of lists",
      `a:
  ${"[".repeat(1_000_000)}`,
      ["2:203 InvalidYAML: the document is nested too deeply"],
    ],
    [
      "absurd nesting of blocks",
      "- ".repeat(20_000),
      [expect.stringMatching(/^1:[0-9]+ InvalidYAML: the document is nested too deeply$/u)],
    ],
  ])("with %s is refused", (_, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it("may have as many brackets in its strings as it likes", () => {
    expect(faultsOf(`a: "${"[".repeat(1000)}"\nb: '{{{'\n`)).toEqual([]);
  });

  it("is a stream of documents, of which empty ones do not count", () => {
    const yaml = readYaml("a.yaml", "---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n");
    expect(yaml.ok && yaml.documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(readYaml("a.yaml", "")).toEqual({ ok: true, documents: [] });
  });

  it("never quotes its own lines in what is said of it, since they may hold a secret", () => {
    expect(JSON.stringify(faultsOf("stringData:\n  api_key: hunter2\n  api_key: hunter2\n bad: [\n"))).not.toContain("hunter2");
  });

  it("is read without throwing, whatever it is", () => {
    const pieces = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "- ",
      "&x ",
      "*x",
      "[",
      "]",
      "{",
      "}",
      "!!map ",
      "|",
      ">",
      "'",
      '"',
      "---",
      "<<",
      "? ",
      "\t",
      "#",
      "%",
      "__proto__",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const yaml = readYaml("a.yaml", parts.join(""));
        const places = yaml.ok ? yaml.documents.map((document) => document.locate("a.a[0]")) : [];
        const faults = yaml.ok ? [] : yaml.faults;
        expect(faults.length === 0).toBe(yaml.ok);
        expect([...places, ...faults.map(({ source }) => source)].every((place) => place === undefined || place.line > 0)).toBe(
          true,
        );
      }),
      { numRuns: 500 },
    );
  });
});

it("a document that is not YAML is faulted once, however often the parser stumbles after that", () => {
  const first = "not YAML: nested mappings are not allowed in compact mappings";
  expect(faultsOf("a: b: c: d\n\te: f\n---\na: 1\n---\nb: c: d\n")).toEqual([
    `1:4 InvalidYAML: ${first}`,
    `6:4 InvalidYAML: ${first}`,
  ]);
});
