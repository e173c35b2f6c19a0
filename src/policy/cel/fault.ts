/** Every fault an expression can have. The word after the prefix is what tests and docs name. */
type CelFaultCode =
  | "CelSyntax"
  | "CelTooLarge"
  | "CelUnknownName"
  | "CelUnknownFunction"
  | "CelUnreachable"
  | "CelType"
  | "CelResultType"
  | "CelLiteral"
  | "CelRegex"
  | "CelCost"
  | "CelAlwaysFails"
  | "CelNeverTrue";

/** One finding about one expression; compile adds the object and the field to make a `Diagnostic` of it. */
export interface CelFault {
  readonly code: CelFaultCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly help?: string;
  /** UTF-16 offset into the expression's text. */
  readonly position?: number;
}
