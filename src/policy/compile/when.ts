import type { Rule } from "../../api/api-policy.ts";
import type { CelAuth } from "../cel/cel-request.ts";
import { compileCel } from "../cel/compile.ts";
import type { CelProgram, CelResult } from "../cel/program.ts";
import type { Evaluation } from "../model/evaluation.ts";
import type { Effect, Predicate } from "../model/plan.ts";
import type { Faults } from "./faults.ts";

export interface CompiledWhen {
  readonly predicates: readonly Predicate[];
  readonly readsBody: boolean;
}

/** The conditions of a rule. One that fails to evaluate is unknown. `at` is the rule's place in the object. */
export function compileWhen(conditions: NonNullable<Rule["when"]>, effect: Effect, at: string, faults: Faults): CompiledWhen {
  const predicates: Predicate[] = [];
  let readsBody = false;
  for (const [index, { expression }] of conditions.entries()) {
    const field = `when[${index}].expression`;
    const compiled = compileCel(expression);
    for (const fault of compiled.ok ? compiled.warnings : compiled.faults) {
      const report = fault.severity === "error" ? faults.error : faults.warn;
      report.call(faults, fault.code, `${at}.${field}`, located(expression, fault.position, fault.message), fault.help);
    }
    if (!compiled.ok) continue;
    const { program } = compiled;
    readsBody ||= program.reads.body;
    predicates.push(condition(program, field));
    if (effect === "Deny" && program.reads.unguarded.length > 0) warnUnguarded(program, `${at}.${field}`, faults);
  }
  return { predicates, readsBody };
}

function condition(program: CelProgram, field: string): Predicate {
  const evaluate = (evaluation: Evaluation): CelResult =>
    program.evaluate({ request: evaluation.parsed, path: evaluation.reading.text, ...authOf(evaluation) });
  return {
    field,
    needsCredential: program.reads.auth,
    wanted: program.text,
    test: (evaluation) => evaluate(evaluation).value,
    got: (evaluation) => evaluate(evaluation).error ?? "",
  };
}

const NO_AUTH: { readonly auth?: CelAuth } = Object.freeze({});

function authOf({ identity, methodNames }: Evaluation): { readonly auth?: CelAuth } {
  return identity === undefined ? NO_AUTH : { auth: { method: methodNames[0] ?? "", identity } };
}

/** A Deny that reads what a request may lack denies every request that lacks it. That is safe, and seldom meant. */
function warnUnguarded(program: CelProgram, path: string, faults: Faults): void {
  const names = program.reads.unguarded.map((name) => `\`${name}\``).join(", ");
  faults.warn(
    "CelUnguardedRead",
    path,
    `${names} may be absent, and this Deny then matches`,
    "test for it first: `'x-role' in request.headers && …`, `has(auth.claims.tenant) && …`",
  );
}

function located(expression: string, position: number | undefined, message: string): string {
  return position === undefined || expression.length < 40 ? message : `${message} (at character ${position + 1})`;
}
