import type { Tri } from "../model/tri.ts";
import type { CelVariables } from "./cel-request.ts";
import type { CelFault } from "./fault.ts";

/** What an expression reads. */
export interface CelReads {
  /** Names of headers, lower case and sorted; `any` when a name is computed or all are looked at. */
  readonly headers: readonly string[] | "any";
  readonly query: boolean;
  readonly cookies: boolean;
  /** The body must have been buffered whole. */
  readonly body: boolean;
  readonly source: boolean;
  readonly destination: boolean;
  readonly auth: boolean;
  /**
   * Attributes that a request may lack and whose presence the expression tests nowhere: `request.headers['x-role']`.
   * Reading one that is absent makes the condition unknown, so a Deny rule then matches.
   */
  readonly unguarded: readonly string[];
}

/** Why a condition is unknown stands in `error`: it names attributes and types, never a value of the request. */
export interface CelResult {
  readonly value: Tri;
  readonly error?: string;
}

/** A checked expression. */
export interface CelProgram {
  readonly text: string;
  readonly reads: CelReads;
  /** Never throws: what goes wrong is unknown. */
  evaluate(variables: CelVariables): CelResult;
}

export type CelCompilation =
  | { readonly ok: true; readonly program: CelProgram; readonly warnings: readonly CelFault[] }
  | { readonly ok: false; readonly faults: readonly CelFault[] };
