import { describe, expect, test } from "vitest";
import type { CommandResult } from "../../src/cli/command-result.ts";
import { type CliPorts, runCli } from "../../src/cli/program.ts";
import type { ExplainReport } from "../../src/policy/model/trace.ts";

const REPORT: ExplainReport = { decision: "deny", status: 403, reason: "no_policy", trace: { target: "host a", policies: [] } };

function run(args: readonly string[], ports: Partial<CliPorts> = {}): Promise<CommandResult> {
  return runCli(args, {
    version: { version: "0.1.0", revision: "abc", node: "v24.0.0" },
    env: {},
    colour: false,
    readText: () => "request: { path: /, host: a }",
    serve: async () => 0,
    lint: async (paths) => ({ diagnostics: [], files: paths.length, objects: 3 }),
    explain: async () => ({ report: REPORT, diagnostics: [] }),
    test: async () => ({
      suites: [],
      diagnostics: [],
      coverage: [],
      totals: { rules: { covered: 0, total: 0, percent: 100 }, parts: { covered: 0, total: 0, percent: 100 } },
    }),
    crds: () => "kind: CustomResourceDefinition\n",
    ...ports,
  });
}

const refused = (stderr: string): CommandResult => ({ exitCode: 2, stdout: "", stderr });

describe("the command line", () => {
  test("serves with the configuration it was given, and ends as the server does", async () => {
    const served: unknown[] = [];
    const serve: CliPorts["serve"] = async ({ policies, logLevel }) => {
      served.push({ policies, logLevel });
      return 1;
    };
    const env = { SALLYPORT_LOG_LEVEL: "debug" };
    expect(await run(["serve", "--policies", "a", "--policies", "b"], { serve, env })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "",
    });
    expect(served).toEqual([{ policies: ["a", "b"], logLevel: "debug" }]);
  });

  test("lints the paths it is given", async () => {
    expect(await run(["lint", "a", "b"])).toEqual({ exitCode: 0, stdout: "no faults in 3 objects of 2 files\n", stderr: "" });
    const summary = { errors: 0, warnings: 0, notes: 0, files: 1, objects: 3 };
    expect(JSON.parse((await run(["lint", "-o", "json", "a"])).stdout)).toEqual({ diagnostics: [], summary });
  });

  test("explains a request from a file or from standard input", async () => {
    const asked: unknown[] = [];
    const ports: Partial<CliPorts> = {
      readText: (path) => {
        asked.push(path);
        return "request: { path: /x, host: a }";
      },
      explain: async (request, config) => {
        asked.push(request.path, config.policies);
        return { report: REPORT, diagnostics: [{ code: "Odd", severity: "warning", path: "", message: "odd" }] };
      },
    };
    expect(await run(["explain", "--policies", "p", "--request", "-"], ports)).toEqual({
      exitCode: 0,
      stdout: "deny 403 no_policy: no policy selects the target\n  target  host a\n  policy  none\n  rule    none\n",
      stderr: "warning: odd [Odd]\n",
    });
    expect(asked).toEqual(["-", "/x", ["p"]]);
  });

  test("tells what is wrong with the request that is to be explained", async () => {
    expect(await run(["explain", "--policies", "p", "--request", "-"], { readText: () => "request: { path: / }" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `standard input:1:1: error: \`request\` has no \`host\`, and nothing else says what is called [MissingField]
  in request
  help: write \`host: shop.example\`, or say what is called by \`destination\` or \`target\`
`,
    });
  });

  test("tests what it is given, as it is told", async () => {
    const asked: unknown[] = [];
    const ports: Partial<CliPorts> = {
      test: async (paths, options, { defaultAction }) => {
        asked.push([paths, options, defaultAction]);
        return {
          suites: [],
          diagnostics: [],
          coverage: [],
          totals: { rules: { covered: 0, total: 1, percent: 0 }, parts: { covered: 0, total: 0, percent: 100 } },
        };
      },
    };
    expect(await run(["test", "a", "b"], ports)).toEqual({
      exitCode: 1,
      stdout: "0 tests in 0 suites: 0 passed, 0 failed\nfailed: no test was found\n",
      stderr: "",
    });
    const flags = [
      "--mutate",
      "a",
      "--filter",
      "front end",
      "--coverage-threshold",
      "80",
      "-o",
      "json",
      "--default-action",
      "Allow",
    ];
    expect(JSON.parse((await run(["test", ...flags], ports)).stdout)).toMatchObject({
      passed: false,
      coverage: { threshold: 80 },
    });
    await run(["test", "a", "--mutate", "--mutate-seconds", "5"], ports);
    expect(asked).toEqual([
      [["a", "b"], { format: "text" }, "Deny"],
      [["a"], { format: "json", filter: "front end", threshold: 80, mutationTime: 60_000 }, "Allow"],
      [["a"], { format: "text", mutationTime: 5000 }, "Deny"],
    ]);
  });

  test("prints the manifests and the version", async () => {
    expect(await run(["crds"])).toEqual({ exitCode: 0, stdout: "kind: CustomResourceDefinition\n", stderr: "" });
    expect(await run(["version"])).toEqual({ exitCode: 0, stdout: "sallyport 0.1.0 (revision abc, node v24.0.0)\n", stderr: "" });
    expect(await run(["version", "-o=json"])).toEqual(
      refused("sallyport: flag --output: `=json` is not `text` or `json`\n  help: write `-o json`\n"),
    );
    expect(JSON.parse((await run(["version", "-o", "json"])).stdout)).toEqual({
      version: "0.1.0",
      revision: "abc",
      node: "v24.0.0",
    });
  });

  test("prints neither under a wrong environment's thumb", async () => {
    expect((await run(["version"], { env: { SALLYPORT_LOG_LEVEL: "loud" } })).exitCode).toBe(0);
  });

  for (const [args, stderr] of [
    [["serv"], "sallyport: command serv: is unknown\n  help: did you mean `sallyport serve`?\n"],
    [
      ["frobnicate"],
      "sallyport: command frobnicate: is unknown\n  help: the commands are serve, lint, explain, test, crds, version\n",
    ],
    [
      ["--policies", "p"],
      "sallyport: flag --policies: stands before a command\n  help: the commands are serve, lint, explain, test, crds, version\n",
    ],
    [["lint"], "sallyport: lint: names no path\n  help: run `sallyport lint DIR`\n"],
    [["test"], "sallyport: test: names no path\n  help: run `sallyport test DIR`\n"],
    [
      ["test", "a", "-o", "xml", "--coverage-threshold", "101", "--mutate-seconds", "x"],
      "sallyport: flag --output: `xml` is not `text`, `json` or `junit`\n  help: write `-o junit`\n" +
        "sallyport: flag --coverage-threshold: `101` is not a whole number from 0 to 100\n  help: write `--coverage-threshold 80`\n" +
        "sallyport: flag --mutate-seconds: `x` is not a whole number from 0 to 86400\n  help: write `--mutate-seconds 80`\n",
    ],
    [
      ["test", "a", "--mutate-seconds", "5"],
      "sallyport: flag --mutate-seconds: says how long to try mutants, but none are asked for\n  help: add `--mutate`\n",
    ],
    [["crds", "x"], "sallyport: crds: takes no arguments, but got `x`\n  help: run `sallyport crds`\n"],
    [
      ["crds", "--config", "x"],
      "sallyport: flag --config: is unknown\n  help: run `sallyport crds --help` for the flags there are\n",
    ],
    [
      ["explain", "--request"],
      "sallyport: flag --request: has no value\n  help: write `--request FILE`\n" +
        "sallyport: flag --policies: no policies are named\n  help: name the directory of your manifests: `--policies DIR` or `SALLYPORT_POLICIES`\n",
    ],
    [
      ["explain", "--policies", "p", "extra", "-o", "yaml"],
      "sallyport: explain: takes no arguments, but got `extra`\n  help: run `sallyport explain --policies DIR --request FILE`\n" +
        "sallyport: flag --request: is missing\n  help: run `sallyport explain --policies DIR --request FILE`\n" +
        "sallyport: flag --output: `yaml` is not `text` or `json`\n  help: write `-o json`\n",
    ],
    [
      ["serve", "--polices", "p", "--drain-timeout", "30", "--policies", "p"],
      "sallyport: flag --polices: is unknown\n  help: did you mean `--policies`?\n" +
        "sallyport: flag --drain-timeout: `30` has no unit\n  help: write a number and a unit, `ms`, `s`, `m` or `h`: `30s`, `5m`, `1h30m`\n",
    ],
  ] as const) {
    test(`refuses \`${args.join(" ")}\` with all that is wrong`, async () => expect(await run(args)).toEqual(refused(stderr)));
  }

  test("without a command shows the help, as an error", async () => {
    const { exitCode, stdout, stderr } = await run([]);
    expect([exitCode, stdout, stderr.split("\n")[0]]).toEqual([2, "", "Usage: sallyport COMMAND [flags]"]);
    const help = await run(["--help"]);
    expect(help).toEqual({ exitCode: 0, stdout: stderr, stderr: "" });
  });

  for (const command of ["serve", "lint", "explain", "crds", "version"]) {
    test(`helps with ${command}, with an example`, async () => {
      const { exitCode, stdout, stderr } = await run([command, "--help"]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`Usage: sallyport ${command} `);
      expect(stdout).toMatch(new RegExp(`\nExamples:\n.*sallyport ${command}`));
    });
  }

  test("tells what a port throws, and ends with 1", async () => {
    const lint = async (): Promise<never> => {
      throw new Error("`nowhere` cannot be read: no such file");
    };
    expect(await run(["lint", "nowhere"], { lint })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "sallyport: `nowhere` cannot be read: no such file\n",
    });
  });
});
