import { type Document, isAlias, isScalar, Lexer, type Node, visit, type YAMLError } from "yaml";

/** What keeps a text from being read, and the offset where. */
export interface TextFault {
  readonly code: "InvalidYAML" | "DuplicateKey";
  readonly message: string;
  readonly help?: string;
  readonly offset: number;
}

/** Far deeper than any manifest, and far from what overflows the stack. */
const DEEPEST = 200;
const TOO_DEEP = "the document is nested too deeply";

/**
 * Finds absurd nesting before the parser does, which would take seconds over it. The brackets are first counted as they stand, quoted or
 * not; only a text that has so many goes through the lexer.
 */
export function nestingFault(text: string): TextFault | undefined {
  let open = 0;
  for (let at = 0; at < text.length && open <= DEEPEST; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) open++;
    else if ((code === 0x5d || code === 0x7d) && open > 0) open--;
  }
  if (open <= DEEPEST) return undefined;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > DEEPEST) return { code: "InvalidYAML", message: TOO_DEEP, offset };
    // Marks that the lexer puts in (`\u0002` of a document, `\u001f` of a scalar, …) are not in the text.
    if (!/^[\u0002\u0018\u001f\ufeff]$/u.test(token)) offset += token.length;
  }
  return undefined;
}

/**
 * What the library says of a document, in our words. After its first error it reads on, and what it then says is mostly an echo of that one,
 * so the first is told alone.
 */
export function syntaxFaults({ errors, warnings }: Pick<Document, "errors" | "warnings">): readonly TextFault[] {
  // The parser catches its own stack overflow and goes on, with faults that are none.
  const overflow = errors.find((error) => error.message.includes("call stack"));
  if (overflow !== undefined) return [{ code: "InvalidYAML", message: TOO_DEEP, offset: overflow.pos[0] }];
  const told: readonly YAMLError[] = errors.length > 0 ? errors.slice(0, 1) : warnings;
  return told.map((error) => {
    const message = error.message.replace(/\.$/u, "");
    return {
      code: "InvalidYAML",
      message: `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      offset: error.pos[0],
    };
  });
}

/**
 * Duplicate keys, and aliases whose anchor does not stand before them. The library finds the former in a time that grows with the square
 * of their number, and the latter too late to say where.
 */
export function structureFaults(document: Document): readonly TextFault[] {
  const faults: TextFault[] = [];
  const anchors = new Set<string>();
  const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return;
        const help = `write the anchor \`&${node.source}\` before it`;
        faults.push({
          code: "InvalidYAML",
          message: `the alias \`*${node.source}\` stands for nothing`,
          help,
          offset: offsetOf(node),
        });
      } else if (node.anchor !== undefined) anchors.add(node.anchor);
    },
    Map(_, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const message = "the key stands twice in one mapping";
        if (keys.has(key.value))
          faults.push({ code: "DuplicateKey", message, help: "remove one of the two", offset: offsetOf(key) });
        keys.add(key.value);
      }
    },
  });
  return faults;
}

/** What the library throws: where aliases grow or refer to what holds them, and where the stack overflows. */
export function thrownFault(error: unknown): TextFault {
  if (error instanceof RangeError) return { code: "InvalidYAML", message: TOO_DEEP, offset: 0 };
  if (!(error instanceof ReferenceError)) return { code: "InvalidYAML", message: "the document cannot be read", offset: 0 };
  const message = "the document's aliases cannot be expanded, or there are too many of them";
  return { code: "InvalidYAML", message, help: "write out what the aliases stand for", offset: 0 };
}
