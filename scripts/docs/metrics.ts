import { createMetrics } from "../../src/telemetry/metrics.ts";
import { code, sentence, table } from "./table.ts";

/** What the metrics would show of a process in which each kind of thing has happened once. */
const SOURCES: Parameters<typeof createMetrics>[0] = {
  plan: () => ({ generation: 1, since: 0, faults: { error: 0, warning: 0, note: 0 } }),
  jwks: () => [{ provider: "shop/corp", fetchedAt: 0 }],
  events: () => ({ written: 1, sampledOut: 0, overRate: 0, overCapacity: 0, failed: 0 }),
  lostLines: () => 0,
  inFlight: () => 0,
  connections: () => 0,
  transport: () => ({}),
  now: () => 0,
};

interface Family {
  readonly name: string;
  readonly help: string;
  type: string;
  labels: readonly string[];
}

/** The text of docs/metrics.md, from a scrape. */
export async function renderMetrics(): Promise<string> {
  const metrics = createMetrics(SOURCES, { build: { version: "", revision: "" } });
  metrics.bindDecision("shop/orders", "allow", "allowed")();
  metrics.bindShadow("shop/orders", "allow")();
  metrics.bindAudit("shop/orders")();
  metrics.observeDuration(1);
  const families = readFamilies(await metrics.scrape());
  metrics.close();
  const rows = families.map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(", "), sentence(help)]);
  return `# Metrics

<!-- Generated from src/telemetry: change the metrics, then run \`npm run generate\`. -->

\`/metrics\` on the admin address (\`--admin-address\`) answers in Prometheus' text format.

Labels are bounded: \`policy\` and \`provider\` have values of their own for the first 200 that ask, and \`_other\` for the rest; \`policy\` is \`_none\` where
no policy decided. No label holds a path, a caller or a token. \`reason\` is one of [reasons.md](reasons.md), \`decision\` and \`would\` are \`allow\` or \`deny\`.

${table(["metric", "type", "labels", "meaning"], rows)}
`;
}

/** Source: Prometheus text exposition format 0.0.4. */
function readFamilies(scrape: string): readonly Family[] {
  const families = new Map<string, Family>();
  for (const line of scrape.split("\n")) {
    const [, comment, subject = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === "HELP") families.set(subject, { name: subject, help: rest, type: "", labels: [] });
    const family = families.get(subject);
    if (comment === "TYPE" && family !== undefined) family.type = rest;
    const [, series = "", labels] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    const owner = families.get(series) ?? families.get(series.replace(/_(?:bucket|sum|count)$/, ""));
    if (owner === undefined || labels === undefined) continue;
    owner.labels = [...labels.matchAll(/(\w+)="/g)].map(([, name = ""]) => name).filter((name) => name !== "le");
  }
  return [...families.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
