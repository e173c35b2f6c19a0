import { type CelError, celError } from "@bufbuild/cel";

/** Opens each error text of ours. The evaluator's own texts start with fixed words, so no value of a request can forge it. */
const MARK = "\u0001";

/** An error whose text may be shown: it names attributes and types, never values. */
export function safeError(text: string): CelError {
  return celError(MARK + text);
}

/** The evaluator's texts may repeat values (`Unable to convert string 'secret' to bool`), so only what is known to be harmless passes. */
const HARMLESS: readonly (readonly [RegExp, string])[] = [
  [/^found no matching overload for '([!-~]{1,40})' applied to '([\w.(), ]{0,200})'$/, "`$1` does not take $2"],
  [/^field not found/, "no such key"],
  [/^index .* out of bounds/s, "index out of range"],
  [/^type mismatch: expected bool, got ([\w.]{1,64})$/, "expected bool, got $1"],
  [/^type mismatch: iterable vs ([\w.]{1,64})$/, "cannot iterate over $1"],
  [/^(int|uint) (overflow|divide by zero|modulus by zero)/, "$1 $2"],
  [/^(timestamp|duration) out of range/, "$1 out of range"],
  [/^unresolved attribute$/, "no such key"],
  [/^unsupported key type$/, "unsupported key type"],
  [/^map key conflict/, "repeated key in a map"],
  [/^Maximum call stack/, "too deep"],
];

export function describeError(error: CelError): string {
  const message = error.message;
  if (message.startsWith(MARK)) return message.slice(MARK.length);
  for (const [pattern, text] of HARMLESS) {
    const match = pattern.exec(message);
    if (match !== null) return text.replaceAll(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
  }
  return "a function refused its argument";
}
