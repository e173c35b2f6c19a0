/**
 * Three-valued logic (Kleene's strong logic): a condition is false, unknown or true.
 * The numbers are ordered so that AND is the minimum, OR the maximum and NOT the distance from true.
 */
export type Tri = 0 | 1 | 2;

export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

export function not(value: Tri): Tri {
  return (TRUE - value) as Tri;
}
