import type { Parsed } from "./setting.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["B", 1],
  ["KiB", 1_024],
  ["MiB", 1_048_576],
  ["Ki", 1_024],
  ["Mi", 1_048_576],
  ["kB", 1_000],
  ["MB", 1_000_000],
]);

/** Reads `64KiB`, `4MiB`, `65536` as bytes, between two bounds. The short units are those of Kubernetes quantities. */
export function sizeBetween(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const match = /^(\d{1,12})([A-Za-z]*)$/.exec(text);
    const unit = UNITS.get(match?.[2] ?? "");
    if (match === null || unit === undefined) {
      return {
        ok: false,
        message: `\`${text}\` is not a size`,
        help: "write a number of bytes, or one with `KiB` or `MiB`: `64KiB`",
      };
    }
    const value = Number(match[1]) * unit;
    if (value >= least && value <= most) return { ok: true, value };
    const range = `from \`${formatSize(least)}\` to \`${formatSize(most)}\``;
    return { ok: false, message: `\`${text}\` is not ${range}`, help: `choose a size ${range}` };
  };
}

function formatSize(bytes: number): string {
  if (bytes % 1_048_576 === 0) return `${bytes / 1_048_576}MiB`;
  return bytes % 1_024 === 0 ? `${bytes / 1_024}KiB` : `${bytes}`;
}
