import { type CelError, type CelInput, type CelValue, celType, isCelError, plan } from "@bufbuild/cel";
import { FALSE, TRUE, UNKNOWN } from "../model/tri.ts";
import type { CelVariables } from "./cel-request.ts";
import type { CelEnvironment } from "./environment.ts";
import type { CelResult } from "./program.ts";
import type { SlotUse } from "./rewrite.ts";
import { describeError } from "./safe-error.ts";
import type { Expr } from "./syntax.ts";

/** A condition, ready to run. It may throw; `CelProgram.evaluate` catches. */
export type Condition = (variables: CelVariables) => CelResult;

export const IS_TRUE: CelResult = Object.freeze({ value: TRUE });
export const IS_FALSE: CelResult = Object.freeze({ value: FALSE });

/** Everything that names of a rewritten and folded tree stand for. */
export interface Names {
  readonly slots: ReadonlyMap<string, SlotUse>;
  readonly constants: ReadonlyMap<string, CelValue>;
  /** Values for names that are no attributes: a test's own environment. */
  readonly bindings: ReadonlyMap<string, CelInput | CelError>;
}

/** Plans parts of one expression with the library's evaluator. */
export interface Evaluator {
  value(expr: Expr): (variables: CelVariables) => CelValue | CelError;
  condition(expr: Expr): Condition;
}

/**
 * The library reads variables as properties of an object, by name. One such object serves all evaluations of a program: its getters
 * read the request at hand, so that nothing is built, or read, that the part does not name.
 */
export function createEvaluator(environment: CelEnvironment, names: Names): Evaluator {
  let current: CelVariables | undefined;
  const scope: Record<string, CelInput> = Object.create(null);
  for (const [name, { slot, ask }] of names.slots) {
    const read = ask === "value" ? slot.evaluate : slot.test;
    Object.defineProperty(scope, name, { get: () => (current === undefined ? undefined : read(current)) });
  }
  for (const [name, value] of [...names.constants, ...names.bindings]) Object.defineProperty(scope, name, { value });
  const value = (expr: Expr): ((variables: CelVariables) => CelValue | CelError) => {
    const run = plan(environment.env, expr);
    return (variables) => {
      current = variables;
      // Every failed access makes an Error, and nine tenths of its cost are the stack trace, which nobody sees. A loop over what a caller
      // sent could make thousands of them.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        return run(scope);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
        // A program lives long and must not keep the last request alive.
        current = undefined;
      }
    };
  };
  return {
    value,
    condition: (expr) => {
      // Most parts that have a quicker way never come here.
      let evaluate: ReturnType<typeof value> | undefined;
      return (variables) => {
        evaluate ??= value(expr);
        return toResult(evaluate(variables));
      };
    },
  };
}

export function toResult(value: CelValue | CelError): CelResult {
  if (value === true) return IS_TRUE;
  if (value === false) return IS_FALSE;
  return { value: UNKNOWN, error: isCelError(value) ? describeError(value) : `expected bool, got ${celType(value).name}` };
}
