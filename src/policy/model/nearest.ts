/** Optimal string alignment: how many letters must be added, left out, replaced or swapped with their neighbour. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}

/** The name that was probably meant: the nearest, within a third of its letters and without regard to case. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const folded = word.toLowerCase();
  let best: { readonly name: string; readonly away: number } | undefined;
  for (const name of names) {
    const limit = Math.max(1, Math.floor(name.length / 3));
    const away = distance(folded, name.toLowerCase(), limit);
    if (away <= limit && (best === undefined || away < best.away)) best = { name, away };
  }
  return best?.name;
}
