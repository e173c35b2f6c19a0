import { getTestRegistry } from "@bufbuild/cel-spec/testdata/registry.js";
import { getConformanceSuite } from "@bufbuild/cel-spec/testdata/tests.js";
import { expect, test } from "vitest";
import { createDoor } from "./conformance-door.ts";

/** The files of cel-spec's own data that are about the language itself; the others are about optional extension libraries. */
const CORE = [
  "basic",
  "comparisons",
  "conversions",
  "dynamic",
  "enums",
  "fields",
  "fp_math",
  "integer_math",
  "lists",
  "logic",
  "macros",
  "namespace",
  "parse",
  "plumbing",
  "proto2",
  "proto3",
  "string",
  "timestamps",
  "type_deductions",
  "wrappers",
];

/** Extension libraries that conditions have in full. */
const EXTENSIONS = ["string_ext"];

const STRONG_ENUM = "enums are ints here, as in cel-go: the same expressions must give int in the `legacy` sections";

/** What does not pass, and why. One that starts to pass must be taken off. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ["enums/strong_proto2/type_global", STRONG_ENUM],
  ["enums/strong_proto2/type_nested", STRONG_ENUM],
  ["enums/strong_proto2/field_type", STRONG_ENUM],
  ["enums/strong_proto3/type_global", STRONG_ENUM],
  ["enums/strong_proto3/type_nested", STRONG_ENUM],
  ["enums/strong_proto3/field_type", STRONG_ENUM],
  [
    "fields/qualified_identifier_resolution/map_value_repeat_key_heterogeneous",
    "a map literal with the keys `0` and `0u` is taken for one with two keys; cel-go and cel-java take it so too",
  ],
]);

const door = createDoor(getTestRegistry());
const suites = getConformanceSuite().suites.filter(({ name }) => CORE.includes(name) || EXTENSIONS.includes(name));

/** A case that is only to be type-checked has nothing to evaluate. */
function run(file: (typeof suites)[number]): Map<string, string | undefined> {
  const results = new Map<string, string | undefined>();
  for (const section of file.suites) {
    for (const each of section.tests) {
      if (!each.original.checkOnly) results.set(`${file.name}/${section.name}/${each.name}`, door(each));
    }
  }
  return results;
}

const results = new Map(suites.map((file) => [file.name, run(file)]));

test.each(suites.map(({ name }) => name))("%s passes but for the exceptions", (name) => {
  const failed = [...(results.get(name) ?? [])].filter(([id, fault]) => fault !== undefined && !EXCEPTIONS.has(id));
  expect(failed).toEqual([]);
});

test("every exception still fails", () => {
  const all = new Map([...results.values()].flatMap((file) => [...file]));
  expect([...EXCEPTIONS.keys()].filter((id) => all.get(id) === undefined)).toEqual([]);
});

test("at least 99 % of the core files pass", () => {
  const core = CORE.flatMap((name) => [...(results.get(name)?.values() ?? [])]);
  expect(core.length).toBeGreaterThan(1700);
  expect(core.filter((fault) => fault === undefined).length / core.length).toBeGreaterThanOrEqual(0.99);
});
