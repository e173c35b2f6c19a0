/** A selector over a pod's labels. */
export interface LabelSelector {
  matches(labels: ReadonlyMap<string, string>): boolean;
}

/** Compiles `matchLabels`: every label must be there with its value; none at all selects everything. Source: Kubernetes `LabelSelector`. */
export function compileLabelSelector(matchLabels: ReadonlyMap<string, string>): LabelSelector {
  const wanted = [...matchLabels];
  return {
    matches(labels) {
      for (const [name, value] of wanted) {
        if (labels.get(name) !== value) return false;
      }
      return true;
    },
  };
}
