import type { CelError, CelValue } from "@bufbuild/cel";
import type { ClaimValue } from "../model/identity.ts";
import { UNKNOWN } from "../model/tri.ts";
import type { Attribute } from "./attribute.ts";
import type { CelVariables } from "./cel-request.ts";
import { createList, createSourceMap, isArray, toCelValue } from "./collections.ts";
import type { CelResult } from "./program.ts";
import { type NamedReader, READERS, type Reader, type TreeReader } from "./readers.ts";
import { safeError } from "./safe-error.ts";

/** An attribute, bound to the way it is read. */
export interface Slot {
  /** The value; `undefined` when there is none, or when the slot is a map as a whole. */
  readonly read: (variables: CelVariables) => ClaimValue | undefined;
  /** Why `read` gave nothing. */
  readonly missing: (variables: CelVariables) => CelResult;
  /** Whether it is there; `undefined` when what it should be in is not there itself. */
  readonly present: (variables: CelVariables) => boolean | undefined;
  /** Why `present` gave nothing. */
  readonly orphan: CelResult;
  /** The same value, as the evaluator wants it; its error when there is none. */
  readonly evaluate: (variables: CelVariables) => CelValue | CelError;
  /** `present`, as the evaluator wants it. */
  readonly test: (variables: CelVariables) => boolean | CelError;
  /** False for a map as a whole. */
  readonly simple: boolean;
}

export function bindSlot(attribute: Attribute): Slot {
  const reader: Reader = READERS[attribute.name];
  const absent = unknown(`\`${attribute.text}\` is absent`);
  const parent = unknown(`it cannot be said whether \`${attribute.text}\` is there`);
  const repeated = unknown(`\`${attribute.text}\` occurs more than once`);
  const reasons = { absent, repeated, unclear: parent };
  const base = bindReader(reader, attribute.keys);
  const missing = (variables: CelVariables): CelResult => reasons[base.trouble(variables)];
  return {
    read: base.read,
    present: base.present,
    missing,
    orphan: parent,
    simple: base.whole === undefined,
    evaluate: (variables) => {
      if (base.whole !== undefined) return base.whole(variables) ?? toError(absent);
      const value = base.read(variables);
      return value === undefined ? toError(missing(variables)) : toCelValue(value);
    },
    test: (variables) => base.present(variables) ?? toError(parent),
  };
}

function unknown(error: string): CelResult {
  return Object.freeze({ value: UNKNOWN, error });
}

/** Errors are costly to make and never differ, so each is made once, when a request first needs it. */
function toError(result: CelResult): CelError {
  let error = errors.get(result);
  if (error === undefined) {
    error = safeError(result.error ?? "");
    errors.set(result, error);
  }
  return error;
}

const errors = new WeakMap<CelResult, CelError>();

interface Base {
  readonly read: (variables: CelVariables) => ClaimValue | undefined;
  readonly present: (variables: CelVariables) => boolean | undefined;
  /** Why there is nothing to read. */
  readonly trouble: (variables: CelVariables) => "absent" | "repeated" | "unclear";
  /** The map as a whole. */
  readonly whole?: (variables: CelVariables) => CelValue | undefined;
}

const absence = (): "absent" => "absent";

function bindReader(reader: Reader, keys: readonly string[]): Base {
  if (reader.kind === "scalar") {
    const { read, there = (variables) => read(variables) !== undefined } = reader;
    return { read, present: there, trouble: absence };
  }
  return reader.kind === "tree" ? bindTree(reader, keys) : bindNamed(reader, keys[0]);
}

function bindNamed(reader: NamedReader, key: string | undefined): Base {
  const { lists, values } = reader;
  if (key === undefined) {
    return {
      read: () => undefined,
      present: reader.there,
      trouble: absence,
      whole: (variables) => wholeMap(reader, variables),
    };
  }
  return {
    read: (variables) => {
      const found = values(variables, key);
      if (found === undefined || found.length === 0) return undefined;
      if (lists) return found;
      return found.length === 1 ? found[0] : undefined;
    },
    present: (variables) => {
      const found = values(variables, key);
      return found === undefined ? undefined : found.length > 0;
    },
    trouble: (variables) => {
      const found = values(variables, key);
      if (found === undefined) return "unclear";
      return found.length > 1 ? "repeated" : "absent";
    },
  };
}

function bindTree({ read, there = (variables) => read(variables) !== undefined }: TreeReader, keys: readonly string[]): Base {
  const last = keys.at(-1);
  if (last === undefined) return { read, present: there, trouble: absence };
  const parents = keys.slice(0, -1);
  const [only] = parents.length === 0 ? [last] : [];
  return {
    // Nearly every claim stands at the top.
    read: only === undefined ? (variables) => descend(read(variables), keys) : (variables) => child(read(variables), only),
    present: (variables) => {
      const parent = descend(read(variables), parents);
      if (parent === undefined || parent === null || typeof parent !== "object" || isArray(parent)) return undefined;
      return Object.hasOwn(parent, last);
    },
    trouble: absence,
  };
}

function descend(value: ClaimValue | undefined, keys: readonly string[]): ClaimValue | undefined {
  let current = value;
  for (const key of keys) current = child(current, key);
  return current;
}

/** Own properties only, so that a claim named `constructor` or `__proto__` is one like any other. */
function child(value: ClaimValue | undefined, key: string): ClaimValue | undefined {
  if (value === undefined || value === null || typeof value !== "object" || isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function wholeMap(reader: NamedReader, variables: CelVariables): CelValue | undefined {
  const names = reader.names(variables);
  if (names === undefined) return undefined;
  return createSourceMap({
    keys: () => reader.names(variables) ?? [],
    has: (name) => (reader.values(variables, name)?.length ?? 0) > 0,
    get: (name) => {
      const values = reader.values(variables, name);
      if (values === undefined) return safeError("a value was read of which it cannot be said whether it is there");
      if (values.length === 0) return undefined;
      if (reader.lists) return createList([...values]);
      return values.length === 1 ? values[0] : safeError("a value that occurs more than once was read");
    },
  });
}
