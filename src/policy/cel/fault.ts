/** Every fault an expression can have. The word after the prefix is what tests and docs name. */
type CelFaultCode =
  | "CelSyntax"
  | "CelTooLarge"
  | "CelUnknownName"
  | "CelUnknownFunction"
  | "CelUnreachable"
  | "CelType"
  | "CelResultType"
  | "CelLiteral"
  | "CelRegex"
  | "CelCost"
  | "CelAlwaysFails"
  | "CelNeverTrue";

/** One finding about one expression; compile adds the object and the field to make a `Diagnostic` of it. */
export interface CelFault {
  readonly code: CelFaultCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly help?: string;
  /** UTF-16 offset into the expression's text. */
  readonly position?: number;
}

/**
 * The candidate nearest to what was written, or `undefined` when nothing is near enough to be meant.
 * A candidate whose last name is the one written (`headers` for `request.headers`) counts as near.
 */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  const lower = written.toLowerCase();
  for (const candidate of candidates) {
    const short = candidate.slice(candidate.lastIndexOf(".") + 1);
    const distance = lower === short.toLowerCase() ? 1 : editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau-Levenshtein distance, adjacent transpositions only. Names are short, so the quadratic table costs nothing. */
function editDistance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 8 || left.length > 64) return Number.POSITIVE_INFINITY;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}
