import { type Command, Option } from "commander";
import { nearest } from "../policy/model/nearest.ts";
import type { Config, ConfigFault } from "./config.ts";
import { CONFIG_FLAG, type Given, type Reading } from "./given.ts";
import { type AnySetting, type CommandName, envName, fileKey } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

export interface FlagReading extends Reading {
  /** The value of `--config`. */
  readonly configFile?: string;
  /** Arguments that are no flags, in their order. */
  readonly operands: readonly string[];
  /** Values of the command's own flags (`--request`, `--output`), by name without dashes. */
  readonly own: ReadonlyMap<string, string>;
}

/** A flag that one command has for itself, and that neither the environment nor a file can give. */
export interface OwnFlag {
  readonly flag: string;
  readonly short?: string;
  /** What its value looks like; absent for a flag that takes none, whose value is then `true`. */
  readonly placeholder?: string;
  readonly description: string;
}

/**
 * Declares the flags of a command. Commander stops at the first fault, so every option takes an optional value and unknown options pass:
 * `readFlags` then tells all faults at once.
 */
export function declareFlags(command: Command, name: CommandName, own: readonly OwnFlag[]): void {
  const collect = (value: string, previous: unknown): string[] => [
    ...(Array.isArray(previous) ? (previous as string[]) : []),
    value,
  ];
  const declare = (flags: string, description: string): void => {
    command.addOption(new Option(flags, description).argParser(collect));
  };
  for (const { flag, short, placeholder, description } of own) {
    const names = `${short === undefined ? "" : `-${short}, `}--${flag}`;
    if (placeholder === undefined) command.addOption(new Option(names, description));
    else declare(`${names} [${placeholder}]`, description);
  }
  for (const key of settingsOf(name)) {
    const { flag, placeholder, description, default: fallback } = SETTINGS[key];
    declare(
      `--${flag} [${placeholder}]`,
      `${description}${fallback === undefined ? "" : ` (default: ${fallback})`} [env: ${envName(flag)}]`,
    );
  }
  if (settingsOf(name).length > 0) {
    const description = `YAML file with any of these settings, by their names in camelCase [env: ${envName(CONFIG_FLAG)}]`;
    declare(`--${CONFIG_FLAG} [FILE]`, description);
  }
  command.allowUnknownOption(true).allowExcessArguments(true);
  command.configureHelp({ optionTerm: (option) => option.flags.replace(/\[(.*)\]$/, "<$1>") });
}

/** Reads what commander collected for a command that `declareFlags` prepared. */
export function readFlags(command: Command, name: CommandName, own: readonly OwnFlag[]): FlagReading {
  const faults: ConfigFault[] = [];
  const given: Given[] = [];
  const unread: (keyof Config)[] = [];
  const collected = new Map<string, unknown>(Object.entries(command.opts()));
  const texts = (flag: string, list: boolean, placeholder: string): readonly string[] => {
    const values = collected.get(fileKey(flag));
    if (values === undefined) return [];
    const source = `flag --${flag}`;
    if (!Array.isArray(values) || values.includes("")) {
      faults.push({ source, message: "has no value", help: `write \`--${flag} ${placeholder}\`` });
      return [];
    }
    if (!list && values.length > 1) {
      faults.push({
        source,
        message: `is given ${values.length} times: ${values.map((value) => `\`${value}\``).join(", ")}`,
        help: "keep one",
      });
      return [];
    }
    return values as string[];
  };
  for (const key of settingsOf(name)) {
    const { flag, list, placeholder }: AnySetting = SETTINGS[key];
    const read = texts(flag, list, placeholder);
    if (read.length === 0 && collected.has(fileKey(flag))) unread.push(key);
    for (const text of read) given.push({ key, text, source: `flag --${flag}` });
  }
  const ownValues = new Map<string, string>();
  for (const { flag, placeholder } of own) {
    if (placeholder !== undefined) for (const text of texts(flag, false, placeholder)) ownValues.set(flag, text);
    else if (collected.get(fileKey(flag)) === true) ownValues.set(flag, "true");
  }
  const configFile = texts(CONFIG_FLAG, false, "FILE")[0];
  const names = [...own.map(({ flag }) => flag), ...(settingsOf(name).length > 0 ? [CONFIG_FLAG] : [])];
  const operands = readOperands(command.args, name, names, faults);
  return { given, faults, unread, operands, own: ownValues, ...(configFile === undefined ? {} : { configFile }) };
}

function readOperands(
  args: readonly string[],
  name: CommandName,
  own: readonly string[],
  faults: ConfigFault[],
): readonly string[] {
  const firstFlag = args.findIndex((arg) => arg.startsWith("-") && arg.length > 1);
  if (firstFlag === -1) return args;
  // What follows an unknown flag may be its value, so only the flags themselves are told.
  for (const arg of args.slice(firstFlag)) {
    if (arg === "--") break;
    if (arg.startsWith("-") && arg.length > 1) faults.push(unknownFlag(arg, name, own));
  }
  return args.slice(0, firstFlag);
}

function unknownFlag(arg: string, name: CommandName, own: readonly string[]): ConfigFault {
  const [written = arg] = arg.split("=", 1);
  const elsewhere = SETTING_KEYS.map((key) => SETTINGS[key]).find(({ flag }) => `--${flag}` === written);
  if (elsewhere !== undefined) {
    const help = `it belongs to ${elsewhere.commands.map((command) => `\`sallyport ${command}\``).join(" and ")}`;
    return { source: `flag ${written}`, message: `is not a flag of \`sallyport ${name}\``, help };
  }
  const flags = [...settingsOf(name).map((key) => SETTINGS[key].flag), ...own, "help"];
  const close = nearest(written.replace(/^-+/, ""), flags);
  const help = close === undefined ? `run \`sallyport ${name} --help\` for the flags there are` : `did you mean \`--${close}\`?`;
  return { source: `flag ${written}`, message: "is unknown", help };
}

/** The settings that a command takes, in the table's order. */
function settingsOf(name: CommandName): readonly (keyof Config)[] {
  return SETTING_KEYS.filter((key) => SETTINGS[key].commands.includes(name));
}
