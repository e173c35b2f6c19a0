import type { Config, ConfigFault, ConfigResult } from "./config.ts";
import { findContradictions } from "./contradictions.ts";
import { readEnv } from "./env.ts";
import { readFile } from "./file.ts";
import type { FlagReading } from "./flags.ts";
import { CONFIG_FLAG, type Given, type Reading } from "./given.ts";
import { type AnySetting, type CommandName, envName } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

const NOTHING: Reading = { given: [], faults: [], unread: [] };

export interface ConfigInputs {
  readonly flags: Pick<FlagReading, keyof Reading | "configFile">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file; throws with a message that names the cause. */
  readonly readText: (path: string) => string;
}

/**
 * Brings flags, environment, file and defaults together, in this precedence, and parses them. A setting is taken whole from the first source that
 * gives it: lists are not merged. Faults of every source are told, also of values that another source overrides, because they will bite later.
 */
export function loadConfig(command: CommandName, inputs: ConfigInputs): ConfigResult {
  const readings = [inputs.flags, readEnv(inputs.env, command), readNamedFile(command, inputs)];
  const faults: ConfigFault[] = readings.flatMap((reading) => reading.faults);
  const values = new Map<keyof Config, unknown>();
  const origins = new Map<keyof Config, string>();
  const unread = new Set(readings.flatMap((reading) => reading.unread));
  for (const key of SETTING_KEYS) {
    const setting: AnySetting = SETTINGS[key];
    values.set(key, defaultOf(setting));
    for (const reading of readings.toReversed()) {
      const given = reading.given.filter((entry) => entry.key === key);
      const [first] = given;
      if (first === undefined) continue;
      const parsed = parseAll(setting, given, faults);
      if (parsed === undefined) unread.add(key);
      else values.set(key, parsed.value);
      origins.set(key, first.source);
    }
  }
  const config = Object.freeze(Object.fromEntries(values)) as unknown as Config;
  faults.push(...findContradictions(command, { config, origins, unread }));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config, origins };
}

function parseAll(setting: AnySetting, given: readonly Given[], faults: ConfigFault[]): { readonly value: unknown } | undefined {
  const values: unknown[] = [];
  for (const { text, source } of given) {
    const parsed = setting.parse(text);
    if (parsed.ok) values.push(freeze(parsed.value));
    else faults.push({ source, message: parsed.message, help: parsed.help });
  }
  if (values.length < given.length) return undefined;
  return { value: setting.list ? Object.freeze(values) : values[0] };
}

function defaultOf(setting: AnySetting): unknown {
  if (setting.list) return Object.freeze([]);
  if (setting.default === undefined) return undefined;
  const parsed = setting.parse(setting.default);
  if (!parsed.ok) throw new TypeError(`the default of --${setting.flag} is wrong: ${parsed.message}`);
  return freeze(parsed.value);
}

function freeze(value: unknown): unknown {
  return typeof value === "object" ? Object.freeze(value) : value;
}

function readNamedFile(command: CommandName, { flags, env, readText }: ConfigInputs): Reading {
  const variable = envName(CONFIG_FLAG);
  const source = flags.configFile === undefined ? `env ${variable}` : `flag --${CONFIG_FLAG}`;
  const path = flags.configFile ?? env[variable];
  if (path === undefined) return NOTHING;
  if (path === "") return { ...NOTHING, faults: [{ source, message: "is set but empty", help: "unset it, or name a file" }] };
  try {
    return readFile({ path, text: readText(path) }, command);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return {
      ...NOTHING,
      faults: [{ source, message: `\`${path}\` cannot be read: ${cause}`, help: "name a readable YAML file" }],
    };
  }
}
