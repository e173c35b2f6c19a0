import type { Parsed } from "./setting.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
/** The longest delay that a Node timer keeps; a longer one would fire at once. Source: Node.js `setTimeout`. */
const MAX_MILLISECONDS = 2 ** 31 - 1;
const HELP = "write a number and a unit, `ms`, `s`, `m` or `h`: `30s`, `5m`, `1h30m`";

/** Reads `30s`, `5m`, `1h30m` or `0`, in the notation of Go and Kubernetes, as milliseconds. A bare number is refused: its unit would be a guess. */
export function parseDuration(text: string): Parsed<number> {
  if (text === "0") return { ok: true, value: 0 };
  if (/^\d+(?:\.\d+)?$/.test(text)) return { ok: false, message: `\`${text}\` has no unit`, help: HELP };
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return { ok: false, message: `\`${text}\` is not a duration`, help: HELP };
  let total = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * (UNITS.get(unit) ?? 0);
  if (total > MAX_MILLISECONDS)
    return { ok: false, message: `\`${text}\` is longer than 24 days`, help: "write a shorter duration" };
  return { ok: true, value: Math.round(total) };
}

/** Like `parseDuration`, between two bounds in its own notation; `or 0` admits zero besides, for what it turns off. */
export function durationBetween(least: string, most: string, zero?: "or 0"): (text: string) => Parsed<number> {
  const [low, high] = [parseDuration(least), parseDuration(most)];
  if (!low.ok || !high.ok) throw new TypeError(`\`${least}\` and \`${most}\` are no bounds`);
  return (text) => {
    const parsed = parseDuration(text);
    if (!parsed.ok || (parsed.value >= low.value && parsed.value <= high.value)) return parsed;
    if (parsed.value === 0 && zero !== undefined) return parsed;
    return {
      ok: false,
      message: `\`${text}\` is not between ${least} and ${most}`,
      help: `choose a value from \`${least}\` to \`${most}\``,
    };
  };
}
