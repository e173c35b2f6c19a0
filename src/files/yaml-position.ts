import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from "yaml";

interface Step {
  readonly node: unknown;
  readonly offset: number;
  readonly rest: string;
}

/** Where in the text the field at a path, in kubectl's notation, starts; where it is not there, what is nearest above it. */
export function offsetOf(document: Document, path: string): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  let rest = path;
  while (rest !== "") {
    const step = stepInto(isAlias(node) ? node.resolve(document) : node, rest);
    if (step === undefined) break;
    ({ node, rest } = step);
    offset = step.offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** One step along a path. Keys may hold dots, so the longest key that the rest of the path starts with is taken. */
function stepInto(node: unknown, rest: string): Step | undefined {
  if (isSeq(node)) {
    const index = /^\[(\d+)\]/u.exec(rest);
    const item = index === null ? undefined : node.items[Number(index[1])];
    const offset = startOf(item);
    return index === null || offset === undefined ? undefined : { node: item, offset, rest: rest.slice(index[0].length) };
  }
  if (!isMap(node)) return undefined;
  let best: Step | undefined;
  for (const { key, value } of node.items) {
    const offset = startOf(key);
    if (!isScalar(key) || offset === undefined) continue;
    const length = keyLength(String(key.value), rest);
    if (length > 0 && (best === undefined || rest.length - length < best.rest.length))
      best = { node: value, offset, rest: rest.slice(length) };
  }
  return best;
}

/** How much of the path a key takes up; 0 where the path does not go on with it. */
function keyLength(key: string, rest: string): number {
  if (rest.startsWith(`[${key}]`)) return key.length + 2;
  const dotted = rest.startsWith(`.${key}`) ? key.length + 1 : rest.startsWith(key) ? key.length : 0;
  const next = rest.charAt(dotted);
  return next === "" || next === "." || next === "[" ? dotted : 0;
}
