import { describe, expect, test } from "vitest";
import { renderDiagnostic, sortDiagnostics } from "../../src/cli/diagnostics-text.ts";
import { renderLint } from "../../src/cli/lint.ts";
import { createStyle, wantsColour } from "../../src/cli/style.ts";
import type { Diagnostic } from "../../src/policy/model/diagnostic.ts";

const plain = createStyle(false);
const error: Diagnostic = {
  code: "InvalidPath",
  severity: "error",
  object: { kind: "APIPolicy", namespace: "shop", name: "orders" },
  path: "spec.rules[0].to[0].paths[0]",
  message: "`/a/**` matches no request",
  help: "write `/a/{**}`",
  source: { file: "orders.yaml", line: 14, column: 7 },
};
const warning: Diagnostic = {
  code: "UnusedProvider",
  severity: "warning",
  path: "",
  message: "no policy uses it",
  source: { file: "idp.yaml", line: 2, column: 1 },
};
const note: Diagnostic = { code: "IgnoredKind", severity: "note", path: "", message: "`Deployment` is ignored" };

describe("lint", () => {
  test("tells every finding by place, with field and help, and a summary", () => {
    expect(renderLint({ diagnostics: [note, error, warning], files: 2, objects: 3 }, "text", plain)).toEqual({
      exitCode: 1,
      stdout: `idp.yaml:2:1: warning: no policy uses it [UnusedProvider]
orders.yaml:14:7: error: \`/a/**\` matches no request [InvalidPath]
  in APIPolicy shop/orders spec.rules[0].to[0].paths[0]
  help: write \`/a/{**}\`
note: \`Deployment\` is ignored [IgnoredKind]

1 error, 1 warning, 1 note in 3 objects of 2 files
`,
      stderr: "",
    });
  });

  test("passes with warnings, and says so when all is well", () => {
    expect(renderLint({ diagnostics: [warning], files: 1, objects: 1 }, "text", plain).exitCode).toBe(0);
    expect(renderLint({ diagnostics: [], files: 1, objects: 12 }, "text", plain)).toEqual({
      exitCode: 0,
      stdout: "no faults in 12 objects of 1 file\n",
      stderr: "",
    });
  });

  test("gives programs the findings as they are", () => {
    const result = renderLint({ diagnostics: [error, warning], files: 2, objects: 3 }, "json", plain);
    expect([result.exitCode, JSON.parse(result.stdout)]).toEqual([
      1,
      { diagnostics: [warning, error], summary: { errors: 1, warnings: 1, notes: 0, files: 2, objects: 3 } },
    ]);
  });

  test("orders by file, line and column, and keeps the order of what has no place", () => {
    const at = (file: string, line: number, column: number): Diagnostic => ({ ...warning, source: { file, line, column } });
    const other: Diagnostic = { ...note, code: "Other" };
    const sorted = [at("a", 2, 9), at("a", 10, 1), at("a", 10, 2), at("b", 1, 1), note, other];
    expect(sortDiagnostics([note, sorted[3]!, sorted[2]!, other, sorted[0]!, sorted[1]!])).toEqual(sorted);
  });

  test("keeps a finding on its lines whatever a manifest holds (B102)", () => {
    const hostile: Diagnostic = {
      ...warning,
      message: "`a\u001b[2J`\n  more",
      source: { file: "a\u009b.yaml", line: 1, column: 1 },
    };
    expect(renderDiagnostic(hostile, plain)).toBe("a\\u{9b}.yaml:1:1: warning: `a\\u{1b}[2J` more [UnusedProvider]\n");
  });

  test("colours what it tells only where that is wanted", () => {
    expect(renderDiagnostic(warning, createStyle(true))).toBe(
      "\u001b[1midp.yaml:2:1: \u001b[22m\u001b[33mwarning\u001b[39m: no policy uses it \u001b[2m[UnusedProvider]\u001b[22m\n",
    );
    const cases = [
      wantsColour(true, {}),
      wantsColour(true, { NO_COLOR: "" }),
      wantsColour(true, { NO_COLOR: "1" }),
      wantsColour(true, { TERM: "dumb" }),
      wantsColour(false, {}),
    ];
    expect(cases).toEqual([true, true, false, false, false]);
  });
});
