/** Kleene's strong logic, written out: false < unknown < true. */
export type Truth = boolean | "unknown";

export function every(values: readonly Truth[]): Truth {
  if (values.includes(false)) return false;
  return values.includes("unknown") ? "unknown" : true;
}

export function some(values: readonly Truth[]): Truth {
  if (values.includes(true)) return true;
  return values.includes("unknown") ? "unknown" : false;
}

export function not(value: Truth): Truth {
  return value === "unknown" ? "unknown" : !value;
}
