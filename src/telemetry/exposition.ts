/** Something that writes its part of a scrape, a line at a time so that a long part can be written in slices. */
export interface Exposition {
  lines(): Iterable<string>;
}

/** `# HELP` and `# TYPE`. Source: Prometheus text exposition format 0.0.4. */
export function metricHead(name: string, help: string, type: "counter" | "gauge" | "histogram"): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

/** `name{label="value",…}`, with the three escapes that the format has. */
export function seriesHead(name: string, labelNames: readonly string[], values: readonly string[]): string {
  const labels = labelNames.map((label, index) => `${label}="${escapeValue(values[index] ?? "")}"`);
  return labels.length === 0 ? name : `${name}{${labels.join(",")}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
