import { Command, CommanderError } from "commander";
import type { Config, ConfigFault } from "../config/config.ts";
import { renderFaults } from "../config/faults.ts";
import { declareFlags, type FlagReading, type OwnFlag, readFlags } from "../config/flags.ts";
import { loadConfig } from "../config/load.ts";
import type { CommandName } from "../config/setting.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import { nearest } from "../policy/model/nearest.ts";
import type { Request } from "../policy/model/request.ts";
import type { ExplainReport } from "../policy/model/trace.ts";
import { COMMAND_HELP, PROGRAM_HELP } from "./command-help.ts";
import type { CommandResult, OutputFormat } from "./command-result.ts";
import { renderDiagnostic, sortDiagnostics } from "./diagnostics-text.ts";
import { renderExplain } from "./explain-text.ts";
import { type LintReport, renderLint } from "./lint.ts";
import { parseRequestFile } from "./request-file.ts";
import { createStyle, type Style } from "./style.ts";
import type { TestReport } from "./test/report.ts";
import { readTestFlags, renderTest, TEST_FLAGS, type TestOptions } from "./test/test-command.ts";
import { renderVersion, type VersionInfo } from "./version.ts";

/** What the commands need; whatever they throw is told and ends the command with 1. */
export interface CliPorts {
  readonly version: VersionInfo;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** See `wantsColour`. */
  readonly colour: boolean;
  /** Reads a text file; `-` is standard input. Throws with a message that names the cause. */
  readonly readText: (path: string) => string;
  /** Serves until it is told to stop; resolves to the exit code. It writes its own log. */
  readonly serve: (config: Config) => Promise<0 | 1>;
  readonly lint: (paths: readonly string[], config: Config) => Promise<LintReport>;
  /** Decides the request under `config.policies` and tells why; `diagnostics` are what is wrong with the policies. */
  readonly explain: (
    request: Request,
    config: Config,
  ) => Promise<{ readonly report: ExplainReport; readonly diagnostics: readonly Diagnostic[] }>;
  /** Runs the suites of tests under the paths. */
  readonly test: (paths: readonly string[], options: TestOptions, config: Config) => Promise<TestReport>;
  /** The CRD manifests as one YAML stream. */
  readonly crds: () => string;
}

const OUTPUT: OwnFlag = { flag: "output", short: "o", placeholder: "FORMAT", description: "`text` or `json` (default: text)" };
const REQUEST: OwnFlag = {
  flag: "request",
  placeholder: "FILE",
  description: "the request to explain, as YAML or JSON; `-` reads standard input",
};
const OWN_FLAGS: Readonly<Record<CommandName, readonly OwnFlag[]>> = {
  serve: [],
  lint: [OUTPUT],
  explain: [REQUEST, OUTPUT],
  test: TEST_FLAGS,
  crds: [],
  version: [OUTPUT],
};
const NAMES = Object.keys(OWN_FLAGS) as readonly CommandName[];

/** Runs one command line, without the program's name, and returns what is to be written; nothing is written here. */
export async function runCli(args: readonly string[], ports: CliPorts): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  let result: CommandResult | undefined;
  const program = new Command("sallyport");
  const captured = (command: Command): Command =>
    command
      .exitOverride()
      .helpOption("-h, --help", "show this help")
      .configureOutput({
        writeOut: (text) => (stdout += text),
        writeErr: (text) => (stderr += text),
        getOutHelpWidth: () => 120,
        getErrHelpWidth: () => 120,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      });
  captured(program).description(PROGRAM_HELP.summary).addHelpText("after", `\n${PROGRAM_HELP.examples}`);
  program
    .usage("COMMAND [flags]")
    .allowUnknownOption(true)
    .allowExcessArguments(true)
    .helpCommand("help [command]", "show the help of a command");
  program.configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  program.action(() => {
    if (program.args.length === 0) program.outputHelp({ error: true });
    else result = unknownCommand(program.args);
  });
  for (const name of NAMES) {
    const { summary, operands, examples } = COMMAND_HELP[name];
    const command = captured(program.command(name))
      .description(summary)
      .usage(`${operands}[flags]`)
      .addHelpText("after", `\n${examples}`);
    declareFlags(command, name, OWN_FLAGS[name]);
    command.action(async () => {
      result = await runCommand(name, readFlags(command, name, OWN_FLAGS[name]), ports);
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) return failure(error);
    return { exitCode: error.exitCode === 0 ? 0 : 2, stdout, stderr };
  }
  return result ?? { exitCode: 2, stdout, stderr };
}

async function runCommand(name: CommandName, flags: FlagReading, ports: CliPorts): Promise<CommandResult> {
  const faults: ConfigFault[] = [];
  const takesPaths = name === "lint" || name === "test";
  if (!takesPaths && flags.operands.length > 0) {
    const given = flags.operands.map((operand) => `\`${operand}\``).join(", ");
    faults.push({ source: name, message: `takes no arguments, but got ${given}`, help: COMMAND_HELP[name].hint });
  }
  if (takesPaths && flags.operands.length === 0)
    faults.push({ source: name, message: "names no path", help: COMMAND_HELP[name].hint });
  const requestFile = flags.own.get("request");
  if (name === "explain" && requestFile === undefined && !flags.faults.some(({ source }) => source === "flag --request")) {
    faults.push({ source: "flag --request", message: "is missing", help: COMMAND_HELP.explain.hint });
  }
  const testFlags = name === "test" ? readTestFlags(flags.own, faults) : undefined;
  const output = flags.own.get("output") ?? "text";
  const format: OutputFormat = output === "json" ? "json" : "text";
  if (output !== format && testFlags === undefined)
    faults.push({ source: "flag --output", message: `\`${output}\` is not \`text\` or \`json\``, help: "write `-o json`" });

  // `crds` and `version` need no configuration, so that a wrong one cannot keep them from answering.
  const plain = name === "crds" || name === "version";
  const loaded = plain
    ? { ok: false as const, faults: flags.faults }
    : loadConfig(name, { flags, env: ports.env, readText: ports.readText });
  if (!loaded.ok) faults.push(...loaded.faults);
  if (faults.length > 0) return { exitCode: 2, stdout: "", stderr: renderFaults(faults) };

  const style = createStyle(ports.colour);
  if (name === "crds") return { exitCode: 0, stdout: ports.crds(), stderr: "" };
  if (name === "version") return renderVersion(ports.version, format);
  if (!loaded.ok) return { exitCode: 2, stdout: "", stderr: "" };
  if (name === "serve") return { exitCode: await ports.serve(loaded.config), stdout: "", stderr: "" };
  if (name === "lint") return renderLint(await ports.lint(flags.operands, loaded.config), format, style);
  if (testFlags !== undefined) return renderTest(await ports.test(flags.operands, testFlags, loaded.config), testFlags, style);
  return explain(requestFile ?? "", loaded.config, format, style, ports);
}

async function explain(
  file: string,
  config: Config,
  format: OutputFormat,
  style: Style,
  ports: CliPorts,
): Promise<CommandResult> {
  const shown = file === "-" ? "standard input" : file;
  const parsed = parseRequestFile(shown, ports.readText(file), { trustDomain: config.trustDomain });
  const render = (diagnostics: readonly Diagnostic[]): string =>
    sortDiagnostics(diagnostics)
      .map((diagnostic) => renderDiagnostic(diagnostic, style))
      .join("");
  if (!parsed.ok) return { exitCode: 1, stdout: "", stderr: render(parsed.diagnostics) };
  const { report, diagnostics } = await ports.explain(parsed.request, config);
  return { ...renderExplain(report, format, style), stderr: render(diagnostics) };
}

function unknownCommand([word = ""]: readonly string[]): CommandResult {
  const flag = word.startsWith("-");
  const close = nearest(word, flag ? ["--help"] : [...NAMES, "help"]);
  const help = close === undefined ? `the commands are ${NAMES.join(", ")}` : `did you mean \`sallyport ${close}\`?`;
  const fault = {
    source: flag ? `flag ${word}` : `command ${word}`,
    message: flag ? "stands before a command" : "is unknown",
    help,
  };
  return { exitCode: 2, stdout: "", stderr: renderFaults([fault]) };
}

function failure(error: unknown): CommandResult {
  return { exitCode: 1, stdout: "", stderr: `sallyport: ${error instanceof Error ? error.message : String(error)}\n` };
}
