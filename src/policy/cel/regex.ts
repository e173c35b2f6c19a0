import { RE2JS } from "re2js";
import { CEL_LIMITS } from "./limits.ts";

export interface CompiledRegex {
  test(text: string): boolean;
}

export type RegexCompilation =
  | { readonly ok: true; readonly regex: CompiledRegex }
  | { readonly ok: false; readonly message: string };

/** Compiles an RE2 pattern: linear in the text whatever the pattern. */
export function compileRegex(pattern: string): RegexCompilation {
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, regex: { test: (text) => compiled.test(text) } };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "unknown fault" };
  }
}

/** Compiled patterns by their text, the ones not used for longest forgotten first. */
export class RegexCache {
  readonly #entries = new Map<string, CompiledRegex>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  has(pattern: string): boolean {
    return this.#entries.has(pattern);
  }

  /** Undefined for what is no pattern. */
  get(pattern: string): CompiledRegex | undefined {
    const known = this.#entries.get(pattern);
    if (known !== undefined) {
      this.#entries.delete(pattern);
      this.#entries.set(pattern, known);
      return known;
    }
    const compilation = compileRegex(pattern);
    if (!compilation.ok) return undefined;
    if (this.#entries.size >= this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    this.#entries.set(pattern, compilation.regex);
    return compilation.regex;
  }
}

/**
 * Whether a pattern that is known only when a request is there may be compiled. A caller may have chosen it, so it is short and has no
 * counted repetition, which would make a thousand states of a few characters.
 */
export function isCheapPattern(pattern: string): boolean {
  return pattern.length <= CEL_LIMITS.dynamicRegex && !/\{\d/.test(pattern);
}
