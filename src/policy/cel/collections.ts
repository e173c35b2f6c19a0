import { type CelError, type CelList, type CelMap, type CelValue, isCelList, isCelMap } from "@bufbuild/cel";
import type { ClaimValue } from "../model/identity.ts";

/**
 * The marks by which the evaluator knows its own collections. They are in the global symbol registry, so these classes can wear them;
 * the evaluator's own map says that a key whose value is null is absent, and its concatenated lists take quadratic time to walk.
 */
const MAP_MARK: unique symbol = Symbol.for("@bufbuild/cel/map") as never;
const LIST_MARK: unique symbol = Symbol.for("@bufbuild/cel/list") as never;

/** Where a map's entries come from. `get` may answer with an error, which is then the value of the whole access. */
export interface MapSource {
  keys(): Iterable<string>;
  has(key: string): boolean;
  get(key: string): CelValue | CelError | undefined;
}

/** A CEL map with string keys that reads its source when asked, so that no map of all headers is ever built. */
class SourceMap {
  readonly [MAP_MARK] = {};
  readonly #source: MapSource;

  constructor(source: MapSource) {
    this.#source = source;
  }

  get size(): number {
    let size = 0;
    for (const _ of this.#source.keys()) size++;
    return size;
  }

  get(key: unknown): CelValue | CelError | undefined {
    return typeof key === "string" ? this.#source.get(key) : undefined;
  }

  has(key: unknown): boolean {
    return typeof key === "string" && this.#source.has(key);
  }

  keys(): Iterable<string> {
    return this.#source.keys();
  }

  *entries(): Generator<[string, CelValue | CelError | undefined]> {
    for (const key of this.#source.keys()) yield [key, this.#source.get(key)];
  }

  *values(): Generator<CelValue | CelError | undefined> {
    for (const key of this.#source.keys()) yield this.#source.get(key);
  }

  forEach(callback: (value: CelValue | CelError | undefined, key: string, map: this) => void, thisArg?: unknown): void {
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }

  [Symbol.iterator](): Generator<[string, CelValue | CelError | undefined]> {
    return this.entries();
  }
}

export function createSourceMap(source: MapSource): CelMap {
  const map: unknown = new SourceMap(source);
  if (!isCelMap(map)) throw new TypeError("the evaluator does not know its maps by this mark any more");
  return map;
}

/**
 * A list that a comprehension grows by one element a step. All steps share one array, of which each list sees a prefix; only the
 * list that sees all of it may append in place.
 */
class PrefixList {
  readonly [LIST_MARK] = {};
  readonly size: number;
  readonly elements: CelValue[];
  /** Made by `+`, so that the array belongs to this evaluation alone. */
  readonly grown: boolean;

  constructor(elements: CelValue[], grown: boolean) {
    this.elements = elements;
    this.size = elements.length;
    this.grown = grown;
  }

  get(index: number): CelValue | undefined {
    return index >= 0 && index < this.size ? this.elements[index] : undefined;
  }

  *values(): Generator<CelValue> {
    for (let index = 0; index < this.size; index++) yield this.elements[index] as CelValue;
  }

  [Symbol.iterator](): Generator<CelValue> {
    return this.values();
  }
}

function asList(list: PrefixList): CelList {
  const known: unknown = list;
  if (!isCelList(known)) throw new TypeError("the evaluator does not know its lists by this mark any more");
  return known;
}

export function createList(elements: CelValue[]): CelList {
  return asList(new PrefixList(elements, false));
}

/** `left + right`, in time proportional to `right` when `left` was grown by the same comprehension. */
export function concatLists(left: CelList, right: CelList): CelList {
  const own: unknown = left;
  const grown = own instanceof PrefixList && own.grown && own.elements.length === own.size ? own.elements : [...left];
  for (const element of right) grown.push(element);
  return asList(new PrefixList(grown, true));
}

/** A claim, or a piece of a JSON body, as the evaluator wants it. */
export function toCelValue(value: ClaimValue): CelValue {
  if (typeof value !== "object" || value === null) return value;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const made = isArray(value) ? createList(value.map(toCelValue)) : createSourceMap(objectSource(value));
  converted.set(value, made);
  return made;
}

/** Claims outlive requests in the token cache, so what was made of them is kept as long as they are. */
const converted = new WeakMap<object, CelValue>();

function objectSource(object: { readonly [name: string]: ClaimValue }): MapSource {
  return {
    keys: () => Object.keys(object),
    has: (key) => Object.hasOwn(object, key),
    get: (key) => {
      const value = Object.hasOwn(object, key) ? object[key] : undefined;
      return value === undefined ? undefined : toCelValue(value);
    },
  };
}

export function isArray(value: ClaimValue): value is readonly ClaimValue[] {
  return Array.isArray(value);
}
