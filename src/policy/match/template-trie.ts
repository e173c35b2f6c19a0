interface Node<Value> {
  readonly literals: Map<string, Node<Value>>;
  variable: Node<Value> | undefined;
  /** A template ends here. */
  end: Value | undefined;
  /** A template ends here with `{**}`. */
  rest: Value | undefined;
}

/** Path templates by segment. A look-up reads one Map a segment; where a literal and a variable stand side by side it tries both. */
export class TemplateTrie<Value extends object> {
  private readonly root: Node<Value> = createNode();
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** A segment is its text or `undefined` for `{name}`. The first value added for a template stands. */
  add(segments: readonly (string | undefined)[], rest: boolean, value: Value): void {
    let node = this.root;
    for (const segment of segments) {
      let next = segment === undefined ? node.variable : node.literals.get(segment);
      if (next === undefined) {
        next = createNode();
        if (segment === undefined) node.variable = next;
        else node.literals.set(segment, next);
      }
      node = next;
    }
    if (rest) node.rest ??= value;
    else node.end ??= value;
    this.count++;
  }

  find(segments: readonly string[]): Value | undefined {
    return findFrom(this.root, segments, 0);
  }
}

function createNode<Value>(): Node<Value> {
  return { literals: new Map(), variable: undefined, end: undefined, rest: undefined };
}

/** Each node is visited at most once, since it stands at one depth only: the cost is bounded by the templates, not by the request. */
function findFrom<Value>(node: Node<Value>, segments: readonly string[], at: number): Value | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.end ?? node.rest;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : findFrom(literal, segments, at + 1);
  if (found !== undefined) return found;
  const variable = node.variable === undefined || segment === "" ? undefined : findFrom(node.variable, segments, at + 1);
  return variable ?? node.rest;
}
