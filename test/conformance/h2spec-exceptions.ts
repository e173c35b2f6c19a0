/**
 * Cases of h2spec that the fast transport is allowed to fail, by `section/number description`, each with its reason. A case listed here that passes
 * fails the run, so that the list stays true.
 */
export const h2specExceptions: ReadonlyMap<string, string> = new Map();
