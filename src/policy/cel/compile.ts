import { isCelError } from "@bufbuild/cel";
import { UNKNOWN } from "../model/tri.ts";
import { checkExpression, exceedsLimits } from "./check.ts";
import { type CelEnvironment, createEnvironment } from "./environment.ts";
import { type Condition, createEvaluator } from "./evaluator.ts";
import type { CelFault } from "./fault.ts";
import { Findings } from "./findings.ts";
import { foldConstants } from "./fold.ts";
import { guardExpression } from "./guard.ts";
import { CEL_LIMITS } from "./limits.ts";
import { ALWAYS_FALSE, lowerCondition } from "./lower.ts";
import { parseExpression } from "./parse-expression.ts";
import type { CelCompilation, CelProgram, CelReads, CelResult } from "./program.ts";
import { resolveRequest, rewriteExpression } from "./rewrite.ts";
import { describeError } from "./safe-error.ts";
import { accepts, BOOL, formatType } from "./static-type.ts";
import type { Expr } from "./syntax.ts";

/**
 * Parses, checks and prepares one condition. Never throws: whatever the text, the answer is a program or the faults, all that were
 * found. Source: cel-spec, https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function compileCel(expression: string): CelCompilation {
  const guarded = guardExpression(expression);
  if (guarded !== undefined) return { ok: false, faults: [guarded] };
  const parsed = parseExpression(expression);
  if (!parsed.ok) return { ok: false, faults: [parsed.fault] };
  const { expr, positions } = parsed;
  const excess = exceedsLimits(expr);
  if (excess !== undefined) return refuse("CelTooLarge", excess);

  const findings = new Findings(positions);
  const { type, cost } = checkExpression(expr, findings);
  if (!accepts(BOOL, type)) {
    findings.fault(expr.id, { code: "CelResultType", message: `the expression gives ${formatType(type)}, and must give bool` });
  }
  if (cost > CEL_LIMITS.cost) {
    const help = "loop over less: name the header, parameter or claim";
    findings.fault(expr.id, { code: "CelCost", message: `the expression may visit more than ${CEL_LIMITS.cost} nodes`, help });
  }
  if (findings.faults.length > 0) return { ok: false, faults: findings.faults };
  return prepare(expression, expr, findings);
}

function prepare(text: string, expr: Expr, findings: Findings): CelCompilation {
  environment ??= createEnvironment();
  const { expr: rewritten, slots } = rewriteExpression(expr, resolveRequest);
  const { expr: folded, constants, failures } = foldConstants(rewritten, environment);
  for (const { id, error } of failures) {
    findings.fault(id, { code: "CelAlwaysFails", message: `this part fails for every request: ${describeError(error)}` });
  }
  if (findings.faults.length > 0) return { ok: false, faults: findings.faults };
  const names = { slots, constants, bindings: new Map() };
  const condition = lowerCondition(folded, names, createEvaluator(environment, names));
  const program = new Program(text, findings.reads(), condition, environment);
  return { ok: true, program, warnings: condition === ALWAYS_FALSE ? [NEVER_TRUE] : [] };
}

/** Functions are the same for all programs, and there are a hundred; they are made when the first expression is compiled. */
let environment: CelEnvironment | undefined;

const NEVER_TRUE: CelFault = {
  code: "CelNeverTrue",
  severity: "warning",
  message: "the expression is false for every request",
  help: "a rule with this condition never matches; remove the rule or the condition",
};

const INTERNAL: CelResult = Object.freeze({ value: UNKNOWN, error: "the evaluation failed" });

class Program implements CelProgram {
  readonly text: string;
  readonly reads: CelReads;
  readonly #condition: Condition;
  readonly #environment: CelEnvironment;

  constructor(text: string, reads: CelReads, condition: Condition, environment: CelEnvironment) {
    this.text = text;
    this.reads = reads;
    this.#condition = condition;
    this.#environment = environment;
  }

  evaluate(variables: Parameters<Condition>[0]): CelResult {
    this.#environment.budget.reset();
    try {
      return this.#condition(variables);
    } catch (error) {
      return isCelError(error) ? { value: UNKNOWN, error: describeError(error) } : INTERNAL;
    }
  }
}

function refuse(code: CelFault["code"], message: string): CelCompilation {
  return { ok: false, faults: [{ code, severity: "error", message }] };
}
