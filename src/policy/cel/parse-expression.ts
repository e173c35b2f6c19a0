import { parse } from "@bufbuild/cel";
import type { CelFault } from "./fault.ts";
import { childrenOf, type Expr } from "./syntax.ts";

export type Parsed =
  /** Positions are UTF-16 offsets into the text, by the id of a node. */
  | { readonly ok: true; readonly expr: Expr; readonly positions: { readonly [id: string]: number } }
  | { readonly ok: false; readonly fault: CelFault };

/** Parses what `guardExpression` let pass. Never throws. */
export function parseExpression(expression: string): Parsed {
  const { text, names } = replaceQuotedNames(expression);
  try {
    const { expr, sourceInfo } = parse(text);
    if (names.size > 0) restoreQuotedNames(expr, names);
    return { ok: true, expr, positions: sourceInfo?.positions ?? {} };
  } catch (error) {
    return { ok: false, fault: describeSyntaxError(error) };
  }
}

/** A text in quotes, which is left alone, or a name in backticks. */
const QUOTED =
  /[rR]?(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\/\/[^\r\n]*|`([\w.\-/ ]+)`/g;

/**
 * cel-spec lets a field be written in backticks (``request.headers.`x-role` ``), which the parser does not know yet. Each such name is
 * parsed as an identifier that occurs nowhere in the text, padded so that no position moves.
 */
function replaceQuotedNames(expression: string): { readonly text: string; readonly names: ReadonlyMap<string, string> } {
  const names = new Map<string, string>();
  if (!expression.includes("`")) return { text: expression, names };
  let next = 0;
  const text = expression.replace(QUOTED, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    let identifier: string;
    do identifier = `_${(next++).toString(36)}`;
    while (expression.includes(identifier));
    if (identifier.length > whole.length) return whole;
    names.set(identifier, name);
    return identifier.padEnd(whole.length);
  });
  return { text, names };
}

/** The tree is fresh from the parser and no one else's, so it is changed in place. Only fields may be quoted, never a variable. */
function restoreQuotedNames(expr: Expr, names: ReadonlyMap<string, string>): void {
  const kind = expr.exprKind;
  if (kind.case === "identExpr" && names.has(kind.value.name)) throw new Error("a name in backticks is no field");
  if (kind.case === "selectExpr") kind.value.field = names.get(kind.value.field) ?? kind.value.field;
  if (kind.case === "structExpr") {
    for (const { keyKind } of kind.value.entries) {
      if (keyKind.case === "fieldKey") keyKind.value = names.get(keyKind.value) ?? keyKind.value;
    }
  }
  for (const child of childrenOf(expr)) restoreQuotedNames(child, names);
}

/** The parser throws an error with `rawMessage` and `location.start.offset`, and names neither in its types. */
function describeSyntaxError(error: unknown): CelFault {
  const { rawMessage, location } = (error instanceof Error ? error : {}) as {
    readonly rawMessage?: string;
    readonly location?: { readonly start?: { readonly offset?: number } };
  };
  const position = location?.start?.offset;
  return {
    code: "CelSyntax",
    severity: "error",
    message: rawMessage === undefined ? "the expression cannot be parsed" : `syntax error: ${rawMessage}`,
    ...(position === undefined ? {} : { position }),
  };
}
