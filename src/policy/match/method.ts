/** Whether a request's method is upper-case letters, exactly. Methods are case-sensitive (RFC 9110 §9.1), and servers differ about `get`. */
export function isMethod(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x41 || code > 0x5a) return false;
  }
  return text !== "";
}

export interface MethodOptions {
  /**
   * `GET` in the list covers `HEAD`, which servers answer from the same handler. True where matching refuses (`methods` of a Deny,
   * `notMethods` of an Allow), false where it admits, so that nothing is admitted that the policy does not name.
   */
  readonly getCoversHead: boolean;
}

export interface MethodMatcher {
  matches(method: string): boolean;
}

/** Compiles the methods of a policy. `*` in the list matches every method. The list was checked by {@link checkMethod}. */
export function compileMethods(methods: readonly string[], options: MethodOptions): MethodMatcher {
  if (methods.includes("*")) return { matches: (method) => method !== "" };
  const set = new Set(methods);
  if (options.getCoversHead && set.has("GET")) set.add("HEAD");
  const [single] = set;
  return set.size === 1 ? { matches: (method) => method === single } : { matches: (method) => set.has(method) };
}

/** What is wrong with a method in a policy, and what to write; `undefined` if nothing is. */
export function checkMethod(text: string): { readonly message: string; readonly help: string } | undefined {
  if (text === "*" || isMethod(text)) return undefined;
  const upper = text.toUpperCase();
  return {
    message: `\`${text}\` matches no request: methods are upper-case letters`,
    help: isMethod(upper) ? `write \`${upper}\`` : "write a method such as `GET`, or `*` for any",
  };
}
