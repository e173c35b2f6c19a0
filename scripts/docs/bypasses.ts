import { type Attack, type Bypass, FORMS, type Outcome, outcomeOf } from "../../test/bypasses/bypass.ts";
import { BYPASSES } from "../../test/bypasses/table.ts";
import { code, sentence, table } from "./table.ts";

const HEAD = `# Bypasses

<!-- Generated from the table in test/bypasses: change it, then run \`npm run generate\`. -->

Ways past an authorization proxy, as the advisories of Envoy, Istio, OPA, Oathkeeper, Pomerium, Kyverno, Linkerd and their like tell them, and what becomes of each
here. Every class is a test in two forms: against an **Allow list** that does not cover what is protected, and against an **Allow for everything with a Deny** on it.
Each attack is sent as a CheckRequest to a running data plane (\`test/bypasses\`) and, where HTTP can carry it, through a real Envoy that is configured as an
injected sidecar is (\`test/envoy/bypasses.test.ts\`); there the service must not be reached either. A call that both forms mean to let through proves each time that the
door is not simply shut.

The outcome is the [reason](reasons.md) of the refusal, or the headers that the service does not get to see although the call goes on. Where Envoy
answers by itself its status stands there; Sallyport refuses the same attack if another Envoy lets it through.
`;

/** The text of docs/bypasses.md. */
export function renderBypasses(): string {
  const sections = [...BYPASSES].map(([group, classes]) => {
    const rows = classes.map((bypass) => [bypass.id, sentence(bypass.what), outcome(bypass), stoppedBy(bypass)]);
    const notes = classes.flatMap((bypass) =>
      "note" in bypass && bypass.note !== undefined ? [`- ${bypass.id}: ${bypass.note}`] : [],
    );
    return [
      `## ${group}`,
      table(["class", "attack", "outcome", "stopped by"], rows),
      ...(notes.length === 0 ? [] : [notes.join("\n")]),
    ].join("\n\n");
  });
  return `${HEAD}\n${sections.join("\n\n")}\n`;
}

function outcome(bypass: Bypass): string {
  if (!bypass.applies) return `Not yet: ${bypass.why}.`;
  if ("scenario" in bypass) return sentence(bypass.scenario);
  const found = bypass.attacks.flatMap(({ wire, envoy }) =>
    [wire, envoy].flatMap((outcomes) => (outcomes === undefined ? [] : FORMS.map((form) => outcomeOf(outcomes, form)))),
  );
  return [...new Set(found.map(text))].join(", ");
}

function text(one: Outcome): string {
  if (typeof one === "string") return code(one);
  if ("removed" in one) return `without ${one.removed.map(code).join(" and ")}`;
  return one.envoy === 0 ? "no handshake" : `${one.envoy} of Envoy's`;
}

function stoppedBy(bypass: Bypass): string {
  if (!bypass.applies) return "";
  if ("scenario" in bypass) return bypass.stoppedBy;
  const sent = bypass.attacks.filter(({ envoy }) => envoy !== undefined);
  const byEnvoy = sent.filter(endsAtEnvoy);
  if (byEnvoy.length === 0) return "Sallyport";
  if (bypass.attacks.every(({ wire }) => wire === undefined)) return "Envoy";
  return byEnvoy.length === bypass.attacks.length ? "Envoy, else Sallyport" : "Sallyport; Envoy before it in part";
}

function endsAtEnvoy({ envoy }: Attack): boolean {
  return (
    envoy !== undefined &&
    FORMS.every((form) => {
      const one = outcomeOf(envoy, form);
      return typeof one === "object" && "envoy" in one;
    })
  );
}
