/** The label value of everything that came too late for one of its own. */
export const OTHER = "_other";
/** The label value where there is no policy. */
export const NONE = "_none";

export interface LabelBudget {
  /** The label of `name`: itself for the first that ask, `_other` for the rest. */
  admit(name: string): string;
}

/** Keeps a label bounded however many policies come and go: a label that was given stays given, so that counters never run backwards. */
export function createLabelBudget(limit: number): LabelBudget {
  const admitted = new Set<string>();
  return {
    admit(name) {
      if (admitted.has(name)) return name;
      if (admitted.size >= limit) return OTHER;
      admitted.add(name);
      return name;
    },
  };
}
