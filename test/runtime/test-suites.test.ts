import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TestReport } from "../../src/cli/test/report.ts";
import type { SuiteSettings } from "../../src/cli/test/suite.ts";
import type { TestOptions } from "../../src/cli/test/test-command.ts";
import { testSuites } from "../../src/runtime/test-suites.ts";
import { fencesOf, readPage } from "../docs/fences.ts";
import { policyText, temporaryFolder } from "../files/temporary-folder.ts";

const EXAMPLES = path.join(import.meta.dirname, "..", "..", "manifests", "examples");
const SETTINGS: SuiteSettings = {
  trustDomain: "cluster.local",
  trustedHops: 0,
  installationNamespace: "sallyport-system",
  defaultAction: "Deny",
};

/** Writes the files into a directory of their own and runs the suites in it. */
async function run(files: Readonly<Record<string, string>>, options: TestOptions = {}): Promise<TestReport> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return testSuites([folder], options, SETTINGS);
}

/** `name: pass`, or what differs. */
function outcomes({ suites }: TestReport): readonly string[] {
  return suites.flatMap(({ tests, diagnostics }) => [
    ...diagnostics.map(({ code, message }) => `[${code}] ${message}`),
    ...tests.map(({ name, differences }) => {
      const told = differences.map(({ field, expected, actual }) => `${field} ${expected}/${actual}`);
      return `${name}: ${told.length === 0 ? "pass" : told.join(", ")}`;
    }),
  ]);
}

const CALL = "request: { destination: { namespace: shop }, request: { path: / } }";

describe("the suites of the examples", () => {
  test("pass, cover every rule and part, and notice every mutant that they do not explain", async () => {
    const { suites, diagnostics, totals, mutation } = await testSuites([EXAMPLES], { mutationTime: 60_000 }, SETTINGS);
    expect(outcomes({ suites, diagnostics, totals, coverage: [] }).filter((line) => !line.endsWith(": pass"))).toEqual([]);
    expect([suites.length > 0, diagnostics, totals.rules.percent, totals.parts.percent]).toEqual([true, [], 100, 100]);
    expect({ ...mutation, explained: mutation?.explained.map(({ id }) => id) }).toEqual({
      tried: 52,
      untried: 0,
      survivors: [],
      explained: ["shop/orders users-write-their-tenant from[0].authentication drop"],
      stale: [],
    });
  });

  test("are those that the page describes, whose own suites pass", async () => {
    const folder = await temporaryFolder();
    await cp(path.join(EXAMPLES, "shop"), folder, { recursive: true });
    const suites = fencesOf(readPage("testing-policies.md")).filter(({ language }) => language === "yaml");
    const files = suites.map((_, index) => path.join(folder, "tests", `page-${index}.test.yaml`));
    for (const [index, { text }] of suites.entries()) await writeFile(files[index] ?? "", text);
    const report = await testSuites(files, {}, SETTINGS);
    expect(outcomes(report).filter((line) => !line.endsWith(": pass"))).toEqual([]);
    expect(report.suites.length).toBe(2);
  });
});

describe("a run", () => {
  test("finds suites in directories, and takes a file that is named whatever its ending", async () => {
    const folder = await temporaryFolder();
    const suite = `policies: .\ntests: [{ name: t, ${CALL}, expect: { decision: deny } }]`;
    await mkdir(path.join(folder, "deep"));
    await writeFile(path.join(folder, "deep", "a.test.yml"), suite.replace("policies: .", "policies: .."));
    await writeFile(
      path.join(folder, "b.test.json"),
      JSON.stringify({
        policies: ".",
        tests: [{ name: "t", request: { target: "Service/a/b", request: { path: "/" } }, expect: { reason: "no_policy" } }],
      }),
    );
    await writeFile(path.join(folder, "orders.yaml"), policyText("orders"));
    await writeFile(path.join(folder, "suite.txt"), suite);
    const found = await testSuites([folder, path.join(folder, "suite.txt")], {}, SETTINGS);
    expect(found.suites.map(({ file }) => path.relative(folder, file))).toEqual(["b.test.json", "deep/a.test.yml", "suite.txt"]);
    expect(outcomes(found)).toEqual(["t: pass", "t: pass", "t: pass"]);
    const missing = path.join(folder, "missing");
    expect((await testSuites([missing], {}, SETTINGS)).diagnostics).toEqual([
      {
        code: "Unreadable",
        severity: "error",
        path: "",
        message: `\`${missing}\` cannot be read: there is no such file or directory`,
        source: { file: missing, line: 1, column: 1 },
      },
    ]);
  });

  test("leaves out what the filter does not hold", async () => {
    const tests = ["The Front end", "another"].map((name) => `{ name: ${name}, ${CALL}, expect: { decision: deny } }`);
    expect(
      outcomes(
        await run(
          { "a.test.yaml": `policies: p.yaml\ntests: [${tests.join(", ")}]`, "p.yaml": policyText("p") },
          { filter: "front" },
        ),
      ),
    ).toEqual(["The Front end: pass"]);
  });

  test("does not run a suite whose policies are faulty, missing or do not have what it names", async () => {
    const suite = (policies: string, rest = "", as = ""): string =>
      `policies: ${policies}\n${rest}\ntests: [{ name: t, ${as}${CALL}, expect: { decision: deny } }]`;
    const report = await run({
      "a.test.yaml": suite("bad.yaml"),
      "b.test.yaml": suite("gone.yaml"),
      "c.test.yaml": suite(
        "good.yaml",
        "identities: { a: { jwt: { provider: shop/corp } }, b: { apiKey: { secret: shop/key } } }",
        "as: [a, b], ",
      ),
      "d.test.yaml": "tests: 5",
      "bad.yaml": policyText("bad", "{ rules: [{ name: a, effect: Alow }] }"),
      "good.yaml": policyText("good"),
    });
    expect(outcomes(report).map((line) => line.replaceAll(/`[^`]*\/gone/gu, "`gone"))).toEqual([
      "[InvalidValue] `Alow` is none of `Allow`, `Deny`, `Audit`",
      "[Unreadable] `gone.yaml` cannot be read: there is no such file or directory",
      "[UnknownName] the manifests of the suite hold no provider `shop/corp`",
      "[UnknownName] the manifests of the suite hold no API key `shop/key`",
      "[InvalidType] `tests` is not a list",
      "[MissingField] the document has no `policies`",
    ]);
    expect(report.suites[1]?.diagnostics[0]?.source).toMatchObject({ line: 1, column: 1 });
  });

  test("uses a suite's own settings before those it is given", async () => {
    const calls = "request: { destination: { namespace: other }, request: { path: / } }";
    expect(
      outcomes(
        await run({
          "a.test.yaml": `policies: p.yaml\nsettings: { defaultAction: Allow }\ntests: [{ name: a, ${calls}, expect: { reason: default_allow } }]`,
          "b.test.yaml": `policies: p.yaml\ntests: [{ name: b, ${calls}, expect: { reason: no_policy } }]`,
          "p.yaml": policyText("p"),
        }),
      ),
    ).toEqual(["a: pass", "b: pass"]);
  });

  test("joins the coverage of suites that test one file, and tells files of one name apart", async () => {
    const policy = policyText("p", "{ peer: { mtls: Optional }, rules: [{ name: a, effect: Allow, to: [{ paths: [/] }] }] }");
    const suite = (request: string): string =>
      `policies: [p.yaml]\ntests: [{ name: t, request: { destination: { namespace: shop }, request: { path: ${request} } }, expect: { status: ${request === "/" ? 200 : 403} } }]`;
    const { coverage, totals } = await run({
      "x/a.test.yaml": suite("/"),
      "x/b.test.yaml": suite("/b"),
      "x/p.yaml": policy,
      "y/a.test.yaml": suite("/b"),
      "y/p.yaml": policy,
    });
    expect(coverage.map(({ decided, parts }) => [decided, parts[0]?.true, parts[0]?.false])).toEqual([
      [1, 1, 1],
      [0, 0, 1],
    ]);
    expect(totals.parts).toEqual({ covered: 3, total: 4, percent: 75 });
  });
});

describe("mutants", () => {
  const policy = policyText("p", "{ peer: { mtls: Optional }, rules: [{ name: a, effect: Allow, to: [{ paths: [/a, /b] }] }] }");
  const suite = (request: string, status: number, more = ""): string =>
    `policies: [p.yaml]\ntests: [{ name: t, request: { destination: { namespace: shop }, request: { path: ${request} } }, expect: { status: ${status} } }]\n${more}`;
  const ids = ({ mutation }: TestReport): unknown => [
    mutation?.tried,
    mutation?.untried,
    mutation?.survivors.map(({ id }) => id),
  ];

  test("survive where the tests of no suite notice", async () => {
    const one = { "a.test.yaml": suite("/a", 200), "p.yaml": policy };
    expect(ids(await run(one, { mutationTime: 60_000 }))).toEqual([
      6,
      0,
      ["shop/p a to[0].paths drop", "shop/p a to[0].paths[1] drop /b"],
    ]);
    const both = { ...one, "b.test.yaml": suite("/b", 200), "c.test.yaml": suite("/c", 403) };
    expect(ids(await run(both, { mutationTime: 60_000 }))).toEqual([6, 0, []]);
  });

  test("are told with their place in the policy", async () => {
    const { mutation } = await run({ "a.test.yaml": suite("/a", 200), "p.yaml": policy }, { mutationTime: 60_000 });
    expect(
      mutation?.survivors.map(({ policy: owner, path: field, change, source }) => [
        owner,
        field,
        change,
        source?.line,
        source?.column,
      ]),
    ).toEqual([
      ["APIPolicy shop/p", "spec.rules[0].to[0].paths", "`paths` was dropped", 4, 76],
      ["APIPolicy shop/p", "spec.rules[0].to[0].paths[1]", "`/b` was dropped from `paths`", 4, 88],
    ]);
  });

  test("are not tried while a test fails, and count as untried when time is up", async () => {
    expect((await run({ "a.test.yaml": suite("/a", 403), "p.yaml": policy }, { mutationTime: 60_000 })).mutation).toBeUndefined();
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "a.test.yaml"), suite("/a", 200));
    await writeFile(path.join(folder, "p.yaml"), policy);
    let now = 0;
    const elapsed = (): number => now++;
    expect(ids(await testSuites([folder], { mutationTime: 3 }, SETTINGS, elapsed))).toEqual([
      3,
      3,
      ["shop/p a to[0].paths drop"],
    ]);
  });

  test("that a suite explains are no failure, and an explanation of none is told", async () => {
    const equivalents = `equivalents:
  shop/p a to[0].paths drop: every path is one of them
  shop/p a drop: noticed
  shop/p z drop: none
`;
    const { mutation } = await run({ "a.test.yaml": suite("/a", 200, equivalents), "p.yaml": policy }, { mutationTime: 60_000 });
    expect(mutation?.explained.map(({ id, why }) => [id, why])).toEqual([
      ["shop/p a to[0].paths drop", "every path is one of them"],
    ]);
    expect(mutation?.stale.map(({ id, source }) => [id, source.line])).toEqual([
      ["shop/p a drop", 5],
      ["shop/p z drop", 6],
    ]);
  });
});
