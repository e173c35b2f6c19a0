import * as fc from "fast-check";

/** Mostly what is plain, now and then what is at a border. */
export function often<Value>(plain: readonly Value[], odd: readonly Value[], weight = 6): fc.Arbitrary<Value> {
  return fc.oneof({ arbitrary: fc.constantFrom(...plain), weight }, { arbitrary: fc.constantFrom(...odd), weight: 1 });
}
