interface Node<Value> {
  /** What the path must go on with to come to this node; empty only at the root. */
  label: string;
  value: Value | undefined;
  /** By the first code unit of the child's label. */
  readonly children: Map<number, Node<Value>>;
}

/** Prefixes as a radix tree: a look-up walks the text once, whatever the number of prefixes. */
export class PrefixTree<Value extends object> {
  private readonly root: Node<Value> = createNode<Value>("", undefined);

  /** The first value added for a prefix stands. */
  add(prefix: string, value: Value): void {
    let node = this.root;
    let rest = prefix;
    while (rest !== "") {
      const child = node.children.get(rest.charCodeAt(0));
      if (child === undefined) {
        node.children.set(rest.charCodeAt(0), createNode(rest, value));
        return;
      }
      const shared = sharedLength(child.label, rest);
      node = shared === child.label.length ? child : split(node, child, shared);
      rest = rest.slice(shared);
    }
    node.value ??= value;
  }

  /** The value of the shortest prefix that the text begins with. */
  find(text: string): Value | undefined {
    let node: Node<Value> | undefined = this.root;
    let at = 0;
    while (node !== undefined && text.startsWith(node.label, at)) {
      if (node.value !== undefined) return node.value;
      at += node.label.length;
      node = at < text.length ? node.children.get(text.charCodeAt(at)) : undefined;
    }
    return undefined;
  }
}

function createNode<Value>(label: string, value: Value | undefined): Node<Value> {
  return { label, value, children: new Map() };
}

/** Puts a node between parent and child that ends where they part. */
function split<Value>(parent: Node<Value>, child: Node<Value>, at: number): Node<Value> {
  const middle = createNode<Value>(child.label.slice(0, at), undefined);
  parent.children.set(middle.label.charCodeAt(0), middle);
  child.label = child.label.slice(at);
  middle.children.set(child.label.charCodeAt(0), child);
  return middle;
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}
