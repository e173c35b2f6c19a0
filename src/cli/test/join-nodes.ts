import { isMap, isScalar, type Node, Pair, YAMLMap } from "yaml";

/**
 * One node laid over another, as JSON Merge Patch does it (RFC 7396): mappings are joined, anything else is replaced, null takes away. Every node
 * keeps its place in the text, so that a fault in the result is told where it was written.
 */
export function joinNodes(under: Node | null, over: Node | null, resolve: (node: Node | null) => Node | null): Node | null {
  const [base, patch] = [resolve(under), resolve(over)];
  if (!isMap(patch)) return patch;
  const joined = new YAMLMap();
  joined.range = patch.range ?? (isMap(base) ? base.range : undefined) ?? null;
  const patches = new Map(patch.items.map((pair) => [keyOf(pair), pair]));
  for (const pair of isMap(base) ? base.items : []) {
    const change = patches.get(keyOf(pair));
    patches.delete(keyOf(pair));
    if (change === undefined) joined.items.push(pair);
    else add(joined, change, joinNodes(pair.value as Node | null, change.value as Node | null, resolve));
  }
  for (const pair of patches.values()) add(joined, pair, joinNodes(null, pair.value as Node | null, resolve));
  return joined;
}

function add(map: YAMLMap, pair: Pair, value: Node | null): void {
  if (value === null || (isScalar(value) && value.value === null)) return;
  map.items.push(new Pair(pair.key, value));
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}
