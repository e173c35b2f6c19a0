import { describe, expect, test } from "vitest";
import { createStyle } from "../../../src/cli/style.ts";
import type { TestReport } from "../../../src/cli/test/report.ts";
import { renderTest } from "../../../src/cli/test/test-command.ts";
import type { ExplainReport } from "../../../src/policy/model/trace.ts";

const PLAIN = createStyle(false);
const EXPLAINED: ExplainReport = {
  decision: "deny",
  status: 403,
  reason: "no_policy",
  trace: { target: "host a", policies: [] },
};
const at = (line: number, file = "a.test.yaml") => ({ file, line, column: 5 });

const EMPTY: TestReport = {
  suites: [],
  diagnostics: [],
  coverage: [],
  totals: { rules: { covered: 0, total: 0, percent: 100 }, parts: { covered: 0, total: 0, percent: 100 } },
};

const PASSED: TestReport = {
  ...EMPTY,
  suites: [{ file: "a.test.yaml", diagnostics: [], tests: [{ name: "one", source: at(2), differences: [], report: EXPLAINED }] }],
};

const FAILED: TestReport = {
  suites: [
    {
      file: "a.test.yaml",
      diagnostics: [],
      tests: [
        { name: "one", source: at(2), differences: [], report: EXPLAINED },
        {
          name: 'a <b> & "c"',
          source: at(4),
          differences: [
            { field: "decision", expected: "allow", actual: "deny" },
            { field: "rule", expected: "read\u0007", actual: "none" },
          ],
          report: EXPLAINED,
        },
      ],
    },
    {
      file: "b.test.yaml",
      diagnostics: [
        {
          code: "MissingField",
          severity: "error",
          path: "",
          message: "the document has no `tests`",
          source: at(1, "b.test.yaml"),
        },
      ],
      tests: [],
    },
  ],
  diagnostics: [],
  coverage: [
    {
      policy: "APIPolicy shop/orders",
      rule: "read",
      effect: "Allow",
      path: "spec.rules[0]",
      source: at(9, "orders.yaml"),
      decided: 2,
      matched: 3,
      parts: [
        { part: "to[0].paths", true: 2, false: 1, constant: false },
        { part: "to[0].methods", true: 3, false: 0, constant: false },
        { part: "from[0].authentication", true: 3, false: 0, constant: true },
        { part: "when[0].expression", true: 0, false: 0, constant: false },
      ],
    },
    {
      policy: "APIPolicy shop/orders",
      rule: "second",
      effect: "Allow",
      path: "spec.rules[1]",
      source: at(12, "orders.yaml"),
      decided: 0,
      matched: 1,
      parts: [],
    },
    { policy: "APIPolicy shop/other", rule: "closed", effect: "Deny", path: "spec.rules[0]", decided: 0, matched: 0, parts: [] },
  ],
  totals: { rules: { covered: 1, total: 3, percent: 33 }, parts: { covered: 4, total: 7, percent: 57 } },
};

const MUTATED: TestReport = {
  ...PASSED,
  mutation: {
    tried: 10,
    untried: 2,
    survivors: [
      {
        id: "shop/orders read to[0].paths drop",
        policy: "APIPolicy shop/orders",
        path: "spec.rules[0].to[0].paths",
        change: "`paths` was dropped",
        source: at(11, "orders.yaml"),
      },
    ],
    explained: [
      {
        id: "shop/orders read drop",
        policy: "APIPolicy shop/orders",
        path: "spec.rules[0]",
        change: "the rule `read` was dropped",
        why: "another rule says the same",
      },
    ],
    stale: [{ id: "shop/orders gone drop", source: at(30) }],
  },
};

const render = (report: TestReport, format: "text" | "json" | "junit", threshold?: number) =>
  renderTest(report, { format, ...(threshold === undefined ? {} : { threshold }) }, PLAIN);

describe("a run for people", () => {
  test("that passed says so", () => {
    expect(render(PASSED, "text")).toEqual({
      exitCode: 0,
      stdout: "a.test.yaml\n  pass one\n\n1 test in 1 suite: 1 passed, 0 failed\n",
      stderr: "",
    });
  });

  test("that failed explains each test, shows what is not covered, and sums up", () => {
    expect(render(FAILED, "text", 50)).toEqual({
      exitCode: 1,
      stdout: `a.test.yaml
  pass one
  FAIL a <b> & "c" (a.test.yaml:4:5)
       decision  expected allow, got deny
       rule      expected read\\u{7}, got none
       deny 403 no_policy: no policy selects the target
         target  host a
         policy  none
         rule    none

coverage        decided  matched
  APIPolicy shop/orders (orders.yaml)
    Allow read        2        3
      never false: to[0].methods
      never true, never false: when[0].expression
    Allow second      0        1  never decides
  APIPolicy shop/other
    Deny closed       0        0  never matches
  rules 1 of 3 (33 %), parts 4 of 7 (57 %)

2 tests in 2 suites: 1 passed, 1 failed
failed: a suite could not be run
failed: a test failed
failed: 33 % of the rules are covered, and 50 % must be
`,
      stderr: "b.test.yaml:1:5: error: the document has no `tests` [MissingField]\n",
    });
  });

  test("that tried mutants names those that no test noticed", () => {
    expect(render(MUTATED, "text")).toEqual({
      exitCode: 1,
      stdout: `a.test.yaml
  pass one

mutants
  survives orders.yaml:11:5: \`paths\` was dropped in APIPolicy shop/orders spec.rules[0].to[0].paths
    shop/orders read to[0].paths drop
  explained shop/orders read drop: another rule says the same
  stale a.test.yaml:30:5: \`shop/orders gone drop\` is noticed by a test, or is no mutant
  8 of 10 mutants noticed, 1 explained, 2 not tried

1 test in 1 suite: 1 passed, 0 failed
failed: a mutant was noticed by no test
failed: 2 mutants were not tried for want of time
failed: \`equivalents\` names what is no equivalent mutant
`,
      stderr: "",
    });
  });

  test("that found no test is a failure", () => {
    expect(render(EMPTY, "text")).toEqual({
      exitCode: 1,
      stdout: "0 tests in 0 suites: 0 passed, 0 failed\nfailed: no test was found\n",
      stderr: "",
    });
  });
});

describe("a run for machines", () => {
  test("as JSON holds everything, and the explanation of what failed", () => {
    const { exitCode, stdout, stderr } = render(FAILED, "json", 50);
    expect([exitCode, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toEqual({
      passed: false,
      failures: ["a suite could not be run", "a test failed", "33 % of the rules are covered, and 50 % must be"],
      diagnostics: [],
      suites: [
        {
          file: "a.test.yaml",
          broken: false,
          diagnostics: [],
          tests: [
            { name: "one", passed: true, source: at(2), differences: [], report: null },
            {
              name: 'a <b> & "c"',
              passed: false,
              source: at(4),
              differences: FAILED.suites[0]?.tests[1]?.differences,
              report: JSON.parse(JSON.stringify(EXPLAINED)),
            },
          ],
        },
        { file: "b.test.yaml", broken: true, diagnostics: FAILED.suites[1]?.diagnostics, tests: [] },
      ],
      coverage: { ...FAILED.totals, threshold: 50, details: FAILED.coverage },
      mutation: null,
      summary: { suites: 2, tests: 2, passed: 1, failed: 1 },
    });
    expect(JSON.parse(render(MUTATED, "json").stdout).mutation).toEqual(MUTATED.mutation);
  });

  test("as JUnit has a case for each test, for a suite that cannot run, and for what is asked of the whole", () => {
    expect(render(FAILED, "junit", 50)).toEqual({
      exitCode: 1,
      stdout: `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sallyport" tests="4" failures="2" errors="1">
  <testsuite name="a.test.yaml" tests="2" failures="1" errors="0">
    <testcase classname="a.test.yaml" name="one"/>
    <testcase classname="a.test.yaml" name="a &lt;b&gt; &amp; &quot;c&quot;">
      <failure message="decision: expected allow, got deny; rule: expected read\ufffd, got none">a.test.yaml:4:5
decision: expected allow, got deny
rule: expected read\ufffd, got none

deny 403 no_policy: no policy selects the target
  target  host a
  policy  none
  rule    none
</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.test.yaml" tests="1" failures="0" errors="1">
    <testcase classname="b.test.yaml" name="the suite can be run">
      <error message="the document has no \`tests\`">b.test.yaml:1:5: error: the document has no \`tests\` [MissingField]
</error>
    </testcase>
  </testsuite>
  <testsuite name="sallyport test" tests="1" failures="1" errors="0">
    <testcase classname="sallyport test" name="coverage, mutants and paths are as asked">
      <failure message="33 % of the rules are covered, and 50 % must be">33 % of the rules are covered, and 50 % must be</failure>
    </testcase>
  </testsuite>
</testsuites>
`,
      stderr: "",
    });
    expect(render(PASSED, "junit").exitCode).toBe(0);
  });
});
