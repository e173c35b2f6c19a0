import { int64, type JsonObject, type JsonRules, readJson } from "../../policy/model/json-reader.ts";

const OBJECT = /^[ \t\n\r]*\{/;
const INTEGER = /^-?[0-9]+$/;

const CLAIMS: JsonRules = { number: claimNumber, mostValues: Number.POSITIVE_INFINITY };

/**
 * Reads one JSON object as a claim set is to be read: of two members with one name RFC 7519 §4 lets us refuse both. Integers that fit 64
 * bits become BigInt, as CEL's `int` wants them; all other numbers stay doubles, and one too large for a double is refused.
 *
 * @returns the object, or what is wrong with the text
 */
export function parseStrictObject(text: string): JsonObject | string {
  if (!OBJECT.test(text)) return "not a JSON object";
  const read = readJson(text, CLAIMS);
  return read.ok ? (read.value as JsonObject) : read.fault;
}

function claimNumber(written: string): bigint | number | undefined {
  const value = Number(written);
  if (!Number.isFinite(value)) return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value);
  return INTEGER.test(written) ? (int64(written) ?? value) : value;
}
