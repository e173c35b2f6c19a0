import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { nearest } from "../api/nearest.ts";
import type { Config, ConfigFault } from "./config.ts";
import type { Given, Reading } from "./given.ts";
import { type AnySetting, fileKey, type SettingCommand } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

/** Reads a configuration file: one YAML (or JSON) mapping of setting names in camelCase. Every fault carries its line and column. */
export function readFile(file: { readonly path: string; readonly text: string }, command: SettingCommand): Reading {
  const given: Given[] = [];
  const faults: ConfigFault[] = [];
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const sourceAt = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${file.path}:${line}:${col}`;
  };
  for (const error of document.errors) {
    faults.push({
      source: sourceAt(error.pos[0]),
      message: lowerFirst(error.message),
      help: "the file must be one YAML mapping",
    });
  }
  if (faults.length > 0 || document.contents === null) return { given, faults };
  if (!isMap(document.contents)) {
    const source = sourceAt(document.contents.range?.[0]);
    return {
      given,
      faults: [{ source, message: "is not a mapping", help: "write one setting a line: `grpcAddress: 0.0.0.0:9191`" }],
    };
  }
  const known = new Map(SETTING_KEYS.map((key) => [fileKey(SETTINGS[key].flag), key]));
  for (const pair of document.contents.items) {
    const keyNode = pair.key as Node | null;
    const name = isScalar(keyNode) ? String(keyNode.value) : "";
    const key = known.get(name);
    if (key === undefined) {
      const close = nearest(name, known.keys());
      const help = close === undefined ? `the settings are ${[...known.keys()].join(", ")}` : `did you mean \`${close}\`?`;
      faults.push({ source: sourceAt(keyNode?.range?.[0]), message: `setting \`${name}\` is unknown`, help });
      continue;
    }
    const setting: AnySetting = SETTINGS[key];
    if (!setting.commands.includes(command)) continue;
    const written = pair.value as Node | null;
    const value = isAlias(written) ? written.resolve(document) : written;
    const entries = setting.list && isSeq(value) ? (value.items as (Node | null)[]) : [value ?? null];
    for (const entry of entries) readEntry(key, name, entry, sourceAt(entry?.range?.[0] ?? keyNode?.range?.[0]), given, faults);
    if (entries.length === 0)
      faults.push({
        source: sourceAt(value?.range?.[0]),
        message: `setting \`${name}\` is an empty list`,
        help: "remove it, or name one",
      });
  }
  return { given, faults };
}

function readEntry(
  key: keyof Config,
  name: string,
  node: Node | null,
  source: string,
  given: Given[],
  faults: ConfigFault[],
): void {
  if (!isScalar(node)) {
    faults.push({
      source,
      message: `setting \`${name}\` is not a single value`,
      help: `write \`${name}: ${SETTINGS[key].placeholder}\``,
    });
    return;
  }
  // The text as it stands in the file, so that `0.10` and `9191` mean what they would as a flag.
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  if (node.value === null || text === "") {
    faults.push({ source, message: `setting \`${name}\` has no value`, help: "remove it, or give it a value" });
    return;
  }
  given.push({ key, text, source });
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
