/**
 * What an expression, and one evaluation of it, may cost. The parser recurses some ten frames a bracket and takes about 10 µs a token;
 * the evaluator takes about 0.5 µs a node. So these bound admission to some ten milliseconds and an evaluation to about five.
 */
export const CEL_LIMITS = {
  /** UTF-16 units of text. */
  length: 4096,
  tokens: 1000,
  /** Open brackets, and unary operators or `?:` branches, one inside another. */
  brackets: 32,
  /** Levels of the syntax tree. */
  depth: 128,
  /** Nodes of the syntax tree once macros are expanded. */
  nodes: 2000,
  /** Comprehensions (`all`, `exists`, `map`, …) one inside another. */
  nesting: 3,
  /** Nodes that an evaluation visits, each loop multiplied by the declared size of what it runs over. */
  cost: 20_000,
  /** The same, counted while evaluating: the sizes are then the request's own. */
  steps: 10_000,
  /** UTF-16 units of a string that an expression builds. */
  string: 262_144,
  /** UTF-16 units of a regular expression that is not a literal. */
  dynamicRegex: 256,
} as const;
