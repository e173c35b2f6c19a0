import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { nearest } from "../policy/model/nearest.ts";
import type { Config, ConfigFault } from "./config.ts";
import type { Given, Reading } from "./given.ts";
import { type AnySetting, type CommandName, fileKey } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

/** Reads a configuration file: one YAML (or JSON) mapping of setting names in camelCase. Every fault carries its line and column. */
export function readFile(file: { readonly path: string; readonly text: string }, command: CommandName): Reading {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const sourceOf = (node: Node | null | undefined, otherwise?: Node | null): string => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? otherwise?.range?.[0] ?? 0);
    return `${file.path}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      const text = message.slice(0, 1).toLowerCase() + message.slice(1);
      return { source: `${file.path}:${line}:${col}`, message: text, help: "the file must be one YAML mapping" };
    });
    return { given: [], faults, unread: [] };
  }
  if (document.contents === null) return { given: [], faults: [], unread: [] };
  if (!isMap(document.contents)) {
    const help = "write one setting a line: `grpcAddress: 0.0.0.0:9191`";
    return { given: [], faults: [{ source: sourceOf(document.contents), message: "is not a mapping", help }], unread: [] };
  }

  const given: Given[] = [];
  const faults: ConfigFault[] = [];
  const unread: (keyof Config)[] = [];
  const known = new Map(SETTING_KEYS.map((key) => [fileKey(SETTINGS[key].flag), key]));
  for (const pair of document.contents.items) {
    const keyNode = pair.key as Node | null;
    const name = isScalar(keyNode) ? String(keyNode.value) : "";
    const key = known.get(name);
    if (key === undefined) {
      const close = nearest(name, known.keys());
      const help = close === undefined ? `the settings are ${[...known.keys()].join(", ")}` : `did you mean \`${close}\`?`;
      faults.push({ source: sourceOf(keyNode), message: `setting \`${name}\` is unknown`, help });
      continue;
    }
    const setting: AnySetting = SETTINGS[key];
    if (!setting.commands.includes(command)) continue;
    const written = pair.value as Node | null;
    const value = isAlias(written) ? (written.resolve(document) ?? null) : written;
    const entries = setting.list && isSeq(value) ? (value.items as (Node | null)[]) : [value];
    const texts = entries.map((entry) => readText(entry, setting.placeholder));
    if (texts.length === 0) texts.push({ message: "is an empty list", help: "remove it, or name one" });
    for (const [index, text] of texts.entries()) {
      const source = sourceOf(entries[index] ?? value, keyNode);
      if (typeof text === "string") {
        given.push({ key, text, source });
      } else {
        faults.push({ source, message: `setting \`${name}\` ${text.message}`, help: text.help });
        unread.push(key);
      }
    }
  }
  return { given, faults, unread };
}

/** The text as it stands in the file, so that `0.10` and `9191` mean what they would as a flag. */
function readText(node: Node | null, placeholder: string): string | { readonly message: string; readonly help: string } {
  if (node !== null && !isScalar(node)) return { message: "is not a single value", help: `write one: \`${placeholder}\`` };
  const text = typeof node?.value === "string" ? node.value : (node?.source ?? "");
  return node?.value === null || text === "" ? { message: "has no value", help: "remove it, or give it a value" } : text;
}
