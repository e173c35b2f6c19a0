/** A bounded table before a pure reader. When full it is emptied: a rare, cheap restart in place of bookkeeping on each look-up. */
export function remember<T>(read: (text: string) => T | undefined, max: number): (text: string) => T | undefined {
  const known = new Map<string, T | undefined>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || text === "") return found;
    if (known.has(text)) return undefined;
    const fresh = read(text);
    if (known.size >= max) known.clear();
    known.set(text, fresh);
    return fresh;
  };
}
