import type { ClaimValue } from "../policy/model/identity.ts";
import { bytesField, doubleField, textField, varintField } from "./wire-writer.ts";

/**
 * Becomes Envoy's dynamic metadata in the namespace `envoy.filters.http.ext_authz`. What `google.protobuf.Struct` cannot carry is
 * changed: integers beyond 2^53 become text, numbers that JSON lacks and what is nested deeper than 16 levels become null.
 */
export type AnswerMetadata = { readonly [name: string]: ClaimValue };

/** Each level costs three nested messages and a protobuf parser stops at a hundred: a deep claim must not make Envoy refuse the answer. */
const MAX_DEPTH = 16;

const NULL = varintField(1, 0);

/** The fields of a Struct, concatenated. */
export function encodeStruct(fields: AnswerMetadata): Buffer {
  return encodeFields(fields, 1);
}

function encodeFields(fields: AnswerMetadata, depth: number): Buffer {
  return Buffer.concat(Object.keys(fields).map((name) => structEntry(name, encodeValue(fields[name] as ClaimValue, depth))));
}

/** An entry of a Struct: `value` is an encoded `google.protobuf.Value`. */
function structEntry(name: string, value: Uint8Array): Buffer {
  return bytesField(1, textField(1, name), bytesField(2, value));
}

function encodeValue(value: ClaimValue, depth: number): Buffer {
  switch (typeof value) {
    case "string":
      return textField(3, value);
    case "boolean":
      return varintField(4, value ? 1 : 0);
    case "bigint": {
      const number = Number(value);
      return Number.isSafeInteger(number) ? doubleField(2, number) : textField(3, String(value));
    }
    case "number":
      return Number.isFinite(value) ? doubleField(2, value) : NULL;
    default:
      if (value === null || depth >= MAX_DEPTH) return NULL;
      return Array.isArray(value)
        ? bytesField(6, ...(value as readonly ClaimValue[]).map((element) => bytesField(1, encodeValue(element, depth + 1))))
        : bytesField(5, encodeFields(value as AnswerMetadata, depth + 1));
  }
}
