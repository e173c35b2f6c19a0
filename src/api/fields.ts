import {
  type Static,
  type TArray,
  type TBoolean,
  type TInteger,
  type TObject,
  type TProperties,
  type TSchema,
  type TString,
  type TUnsafe,
  Type,
} from "typebox";
import type { Check } from "./check.ts";
import type { Form } from "./form.ts";

/**
 * The words in which every resource is described. What they make is JSON Schema (so that it becomes a TypeScript type and a CRD), with what
 * only the parser needs under one key that the CRD leaves out. Every field has a description and a bound.
 */

/** Kept under `x-sallyport` in a schema. */
export interface ParserHints {
  readonly form?: Form;
  readonly checks?: readonly Check[];
  /** Keeps what is faultless in a faulty object or list; without it, one fault drops the whole. */
  readonly salvage?: boolean;
  /** Fields that a later version will know, and what to say of each until then. */
  readonly notYet?: Readonly<Record<string, string>>;
  /** Fields that other systems have here, and how to say the same. */
  readonly instead?: Readonly<Record<string, string>>;
  /** The form of the keys of a map. */
  readonly keys?: Form;
  /** Fields that are not described here belong to somebody else and are left alone. */
  readonly open?: boolean;
}

/** Makes a parsed value read-only all the way down. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** The type of what a schema describes, after defaults: a field with a default is always there. */
export type Parsed<Schema extends TSchema> = Frozen<Static<Schema>>;

interface TextOptions {
  /** Characters. */
  readonly maxLength: number;
  readonly minLength?: number;
  readonly form?: Form;
  readonly default?: string;
}

export function text(description: string, options: TextOptions): TString {
  const { form, minLength = 1, ...rest } = options;
  const hints: ParserHints = form === undefined ? {} : { form };
  return Type.String({
    description,
    minLength,
    ...rest,
    ...(form === undefined ? {} : { pattern: form.pattern, "x-sallyport": hints }),
  });
}

/** One word of a fixed list. Written as `enum`, because structural schemas refuse the `anyOf` that a union of literals would be. */
export function choice<const Values extends readonly string[]>(
  description: string,
  values: Values,
  options: { readonly default?: Values[number]; readonly refused?: Form } = {},
): TUnsafe<Values[number]> {
  return Type.Unsafe<Values[number]>({
    type: "string",
    description,
    enum: [...values],
    ...(options.default === undefined ? {} : { default: options.default }),
    ...(options.refused === undefined ? {} : { "x-sallyport": { form: options.refused } satisfies ParserHints }),
  });
}

export function flag(description: string, fallback = false): TBoolean {
  return Type.Boolean({ description, default: fallback });
}

export function whole(
  description: string,
  options: { readonly minimum: number; readonly maximum: number; readonly default?: number },
): TInteger {
  return Type.Integer({ description, format: "int32", ...options });
}

export function list<Item extends TSchema>(
  description: string,
  items: Item,
  options: {
    readonly maxItems: number;
    readonly minItems?: number;
    readonly default?: readonly unknown[];
    readonly salvage?: boolean;
  },
): TArray<Item> {
  const { salvage, ...rest } = options;
  return Type.Array(items, {
    description,
    ...rest,
    "x-kubernetes-list-type": "atomic",
    ...(salvage === undefined ? {} : { "x-sallyport": { salvage } satisfies ParserHints }),
  });
}

/** A list whose items are told apart by one field, so that server-side apply can merge it and no two have the same. */
export function listMap<Item extends TObject>(
  description: string,
  key: string,
  items: Item,
  options: { readonly maxItems: number; readonly minItems?: number; readonly salvage?: boolean },
): TArray<Item> {
  const { salvage, ...rest } = options;
  return Type.Array(items, {
    description,
    ...rest,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [key],
    ...(salvage === undefined ? {} : { "x-sallyport": { salvage } satisfies ParserHints }),
  });
}

export function struct<Properties extends TProperties>(
  description: string,
  properties: Properties,
  options: ParserHints & { readonly minProperties?: number } = {},
): TObject<Properties> {
  const { minProperties, ...hints } = options;
  return Type.Object(properties, {
    description,
    ...(minProperties === undefined ? {} : { minProperties }),
    "x-sallyport": hints,
  });
}

/** A table from text to text. Parsed, it has no prototype, so that a key named `__proto__` is only a key. */
export function textMap(
  description: string,
  options: {
    readonly maxProperties: number;
    readonly minProperties?: number;
    readonly maxLength: number;
    readonly keys?: Form;
    readonly values?: Form;
  },
): TUnsafe<{ readonly [key: string]: string }> {
  const { keys, values, maxLength, ...rest } = options;
  return Type.Unsafe<{ readonly [key: string]: string }>({
    type: "object",
    description,
    ...rest,
    additionalProperties: text("A value.", { minLength: 0, maxLength, ...(values === undefined ? {} : { form: values }) }),
    ...(keys === undefined ? {} : { "x-sallyport": { keys } satisfies ParserHints }),
  });
}

export const optional: typeof Type.Optional = Type.Optional;
