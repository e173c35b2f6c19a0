import type { Config } from "./config.ts";
import { CONFIG_FLAG } from "./given.ts";
import { type AnySetting, envName, fileKey } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

/** The text of docs/configuration.md, from the table of settings. */
export function renderSettingsPage(): string {
  return `# Configuration

<!-- Generated from src/config/settings.ts: change the table, then run \`npm run generate\`. -->

Each setting is a flag, an environment variable and an entry of the configuration file. Where several give one, the flag wins, then the variable,
then the file, then the default. A list is taken whole from one of them: on the command line a flag is repeated, in a variable commas separate, in
the file it is a YAML list. Durations have a unit (\`500ms\`, \`30s\`, \`5m\`, \`1h30m\`), sizes may have one (\`64KiB\`, \`4MiB\`). Unknown and
contradictory settings are refused, all at once, before anything listens.

\`--${CONFIG_FLAG} FILE\` or \`${envName(CONFIG_FLAG)}\` names the configuration file, one YAML mapping:

\`\`\`yaml
policies: [/etc/sallyport/policies]
grpcAddress: unix:/run/sallyport/grpc.sock
drainTimeout: 25s
\`\`\`

| flag | environment variable | file | default | commands |
|---|---|---|---|---|
${SETTING_KEYS.map(row).join("\n")}

${SETTING_KEYS.map(paragraph).join("\n\n")}
`;
}

function row(key: keyof Config): string {
  const { flag, commands, default: fallback }: AnySetting = SETTINGS[key];
  const written = fallback === undefined ? "none" : `\`${fallback}\``;
  return `| [\`--${flag}\`](#--${flag}) | \`${envName(flag)}\` | \`${fileKey(flag)}\` | ${written} | ${commands.join(", ")} |`;
}

function paragraph(key: keyof Config): string {
  const { flag, placeholder, description }: AnySetting = SETTINGS[key];
  return `## --${flag}\n\n\`--${flag} ${placeholder}\`: ${description}.`;
}
