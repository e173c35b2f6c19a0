import { REASONS, type ReasonClass } from "../../src/policy/model/reason.ts";
import { code, sentence, table } from "./table.ts";

const CLASSES: readonly (readonly [ReasonClass, string])[] = [
  ["allow", "The request goes on to the service."],
  ["unauthorized", "The caller may not do this. `response.unauthorized` of a policy shapes the answer."],
  ["unauthenticated", "A valid credential is missing. `response.unauthenticated` of a policy shapes the answer."],
  ["bad-request", "The request has no one meaning, or is larger than what is read. No policy shapes the answer."],
  ["unavailable", "The decision cannot be made now. No policy shapes the answer; the caller may come back."],
];

/** The text of docs/reasons.md. */
export function renderReasons(): string {
  const sections = CLASSES.map(([reasonClass, meaning]) => {
    const rows = Object.entries(REASONS)
      .filter(([, entry]) => entry.class === reasonClass)
      .map(([name, { status, summary }]) => [code(name), String(status), sentence(summary)]);
    return `## ${reasonClass}\n\n${meaning}\n\n${table(["reason", "status", "meaning"], rows)}`;
  });
  return `# Reasons

<!-- Generated from src/policy/model/reason.ts: change the table, then run \`npm run generate\`. -->

Every decision has one reason. It stands in the header \`x-sallyport-reason\` and the body of a denial, in decision events, in the label \`reason\` of
\`sallyport_decisions_total\`, in Envoy's dynamic metadata and in what \`explain\` prints. A reason never names a path, a caller or a credential.
Which of several reasons a request gets is told by [semantics.md](semantics.md#1-the-course-of-a-decision).

${sections.join("\n\n")}
`;
}
