import { nearest } from "../policy/model/nearest.ts";
import type { Config, ConfigFault } from "./config.ts";
import { CONFIG_FLAG, type Given, type Reading } from "./given.ts";
import { type AnySetting, type CommandName, envName } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

/**
 * Kubernetes tells every container of the Services in its namespace: for one named `sallyport` as `SALLYPORT_SERVICE_HOST`, `SALLYPORT_PORT`,
 * `SALLYPORT_PORT_9191_TCP_ADDR`, … Those are nobody's settings. Source: Kubernetes, "Discovering services", environment variables.
 */
const SERVICE_LINK = /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** Set by whoever builds the image, and read for `version` alone. */
const REVISION = "SALLYPORT_REVISION";

/** Reads the variables whose names begin with `SALLYPORT_`; the names of all commands are known, the values of the given command are read. */
export function readEnv(env: Readonly<Record<string, string | undefined>>, command: CommandName): Reading {
  const given: Given[] = [];
  const faults: ConfigFault[] = [];
  const unread: (keyof Config)[] = [];
  const known = new Map(SETTING_KEYS.map((key) => [envName(SETTINGS[key].flag), key]));
  for (const [name, value] of Object.entries(env).toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    if (!name.startsWith("SALLYPORT_") || value === undefined || name === envName(CONFIG_FLAG)) continue;
    const source = `env ${name}`;
    const key = known.get(name);
    if (key === undefined) {
      if (name !== REVISION && !SERVICE_LINK.test(name))
        faults.push({ source, message: "is unknown", help: helpFor(name, known.keys()) });
      continue;
    }
    const setting: AnySetting = SETTINGS[key];
    if (!setting.commands.includes(command)) continue;
    const texts = setting.list ? value.split(",").map((text) => text.trim()) : [value];
    if (texts.includes("")) {
      faults.push({
        source,
        message: value === "" ? "is set but empty" : `\`${value}\` has an empty entry`,
        help: "unset it, or give it a value",
      });
      unread.push(key);
      continue;
    }
    for (const text of texts) given.push({ key, text, source });
  }
  return { given, faults, unread };
}

function helpFor(name: string, known: Iterable<string>): string {
  const close = nearest(name, [...known, envName(CONFIG_FLAG)]);
  return close === undefined ? "unset it; `sallyport serve --help` names the variables there are" : `did you mean \`${close}\`?`;
}
