import type { ClaimValue } from "../model/identity.ts";
import { int64, type JsonRules, readJson } from "../model/json-reader.ts";

const INTEGER = /^-?[0-9]+$/;

const BODY: JsonRules = { number: bodyNumber, mostValues: 10_000 };

/**
 * Reads JSON for conditions; `undefined` for what two readers could read differently, an integer beyond 64 bits and a number beyond a
 * double included, because a service behind the door may read it the other way. Integers come as BigInt, objects without a prototype.
 */
export function parseJson(text: string): ClaimValue | undefined {
  const read = readJson(text, BODY);
  return read.ok ? read.value : undefined;
}

function bodyNumber(written: string): bigint | number | undefined {
  if (INTEGER.test(written)) return int64(written);
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
}
