import { type CelFunc, CelScalar, celFunc, celUint } from "@bufbuild/cel";
import { safeError } from "./safe-error.ts";

const { STRING, INT, UINT, DOUBLE } = CelScalar;

/** Longer texts are no numbers that anybody means, and take long to read. */
const LONGEST = 400;
const INTEGER = /^[+-]?\d+$/;
const UNSIGNED = /^\d+$/;
const DECIMAL = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const [MIN_INT, MAX_INT, MAX_UINT] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n];

/**
 * Numbers from text, as cel-go reads them (`strconv.ParseInt`, `ParseUint`, `ParseFloat`). The evaluator's own take an empty text and blanks
 * for 0, and `0x10` for 16: a header without a value would be less than any limit.
 */
export function createNumberFunctions(): CelFunc[] {
  return [
    celFunc("int", [STRING], INT, (text) => whole(text, INTEGER, MIN_INT, MAX_INT)),
    celFunc("uint", [STRING], UINT, (text) => celUint(whole(text, UNSIGNED, 0n, MAX_UINT))),
    celFunc("double", [STRING], DOUBLE, decimal),
  ];
}

function whole(text: string, form: RegExp, least: bigint, most: bigint): bigint {
  if (text.length > LONGEST || !form.test(text)) throw safeError("not a whole number");
  const number = text.startsWith("+") ? BigInt(text.slice(1)) : BigInt(text);
  if (number < least || number > most) throw safeError("a number out of range");
  return number;
}

function decimal(text: string): number {
  if (text.length > LONGEST || !DECIMAL.test(text)) throw safeError("not a number");
  const sign = text.startsWith("-") ? -1 : 1;
  const bare = text.replace(/^[+-]/, "").toLowerCase();
  if (bare.startsWith("inf")) return sign * Number.POSITIVE_INFINITY;
  if (bare === "nan") return Number.NaN;
  const number = sign * Number(bare);
  if (!Number.isFinite(number)) throw safeError("a number out of range");
  return number;
}
