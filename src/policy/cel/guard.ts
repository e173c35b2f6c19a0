import type { CelFault } from "./fault.ts";
import { CEL_LIMITS } from "./limits.ts";

/** One token: text in quotes (raw and triple-quoted too), a comment, a word or number, a bracket, an operator. */
const TOKEN =
  /(?<skip>\s+|\/\/[^\r\n]*)|(?<text>(?:[rR][bB]?|[bB][rR]?)?(?:"""|'''|"|'))|(?<word>[\p{L}\p{N}_]+)|(?<operator>[\s\S])/uy;

/**
 * Bounds an expression before the parser sees it: the parser recurses with brackets, and thousands of them overflow the stack.
 * Text in quotes is skipped, so that a bracket in a literal counts for nothing. What this scan cannot make out, the parser refuses.
 */
export function guardExpression(expression: string): CelFault | undefined {
  if (expression.length > CEL_LIMITS.length) return tooLarge(`the expression is longer than ${CEL_LIMITS.length} characters`);
  let tokens = 0;
  let open = 0;
  let branches = 0;
  for (let at = 0; at < expression.length; ) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(expression)?.groups;
    const start = at;
    at = Math.max(TOKEN.lastIndex, at + 1);
    if (groups === undefined || groups["skip"] !== undefined) continue;
    if (++tokens > CEL_LIMITS.tokens) return tooLarge(`the expression has more than ${CEL_LIMITS.tokens} tokens`, start);
    if (groups["text"] !== undefined) {
      const end = endOfText(expression, at, groups["text"]);
      // The parser would try each of its escapes in every way before it finds the same.
      if (end === undefined) return { code: "CelSyntax", severity: "error", message: "the text is not closed", position: start };
      at = end;
    }
    const operator = groups["operator"];
    if (operator === "(" || operator === "[" || operator === "{") open++;
    else if (operator === ")" || operator === "]" || operator === "}") open--;
    else if (operator === "?") branches++;
    if (open > CEL_LIMITS.brackets) return tooLarge(`brackets stand more than ${CEL_LIMITS.brackets} deep`, start);
    if (branches > CEL_LIMITS.brackets)
      return tooLarge(`the expression has more than ${CEL_LIMITS.brackets} \`?\` branches`, start);
  }
  return undefined;
}

function endOfText(expression: string, from: number, opening: string): number | undefined {
  const quote = /["']+$/.exec(opening)?.[0] ?? '"';
  const raw = /^[rRbB]*[rR]/.test(opening);
  for (let at = from; at < expression.length; at++) {
    if (!raw && expression[at] === "\\") at++;
    else if (expression.startsWith(quote, at)) return at + quote.length;
  }
  return undefined;
}

function tooLarge(message: string, position?: number): CelFault {
  return { code: "CelTooLarge", severity: "error", message, ...(position === undefined ? {} : { position }) };
}
