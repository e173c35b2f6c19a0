import { readEight, readFour, writeEight } from "./address.ts";

export interface Host {
  /** As rules see it. */
  readonly name: string;
  readonly port: number | undefined;
}

/** "Host" of the page; undefined is `host_invalid`. */
export function readHost(text: string): Host | undefined {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, written = "", digits] = parts;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && port > 65_535) return undefined;
  const name = written.startsWith("[") ? readBracketed(written) : readName(written);
  return name === undefined ? undefined : { name, port };
}

function readBracketed(text: string): string | undefined {
  const address = readEight(text.slice(1, -1));
  return address === undefined ? undefined : `[${writeEight(address)}]`;
}

function readName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name.length > 253) return undefined;
  const labels = name.split(".");
  const wellMade = (label: string): boolean => /^[a-z0-9_-]{1,63}$/.test(label) && !label.startsWith("-") && !label.endsWith("-");
  if (!labels.every(wellMade)) return undefined;
  if (/[^\0-\x7f]/.test(text)) return undefined;
  const last = labels.at(-1) ?? "";
  if (/^([0-9]+|0x[0-9a-f]*)$/.test(last) && readFour(name) === undefined) return undefined;
  return name;
}

/** Whether `api.example.com`, `*.example.com` or `*` covers a host. */
export function hostCovers(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
}
