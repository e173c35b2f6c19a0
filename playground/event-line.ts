/** What the playground reads of a line that the data plane writes. Every field may be missing: other lines are in the same stream. */
interface LogLine {
  readonly level?: number | string;
  readonly msg?: string;
  readonly time?: number | string;
  readonly decision?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly method?: string;
  readonly path?: string;
  readonly path_template?: string;
  readonly target?: string;
  readonly policy?: string;
  readonly rule?: string;
  readonly peer?: string;
  readonly identities?: readonly { readonly method?: string; readonly subject?: string }[];
  readonly duration_us?: number;
}

const WARNING = 40;

/** One short line for a decision or for news; undefined for what a reader of the playground can do without. */
export function renderLogLine(text: string): string | undefined {
  const line = parse(text);
  if (line === undefined) return text.trim() === "" ? undefined : text;
  if (line.decision !== undefined) return renderDecision(line);
  if (line.msg === undefined) return undefined;
  return `${clock(line.time)}  ${typeof line.level === "number" && line.level >= WARNING ? "! " : ""}${line.msg}`;
}

function renderDecision(line: LogLine): string {
  const verdict = line.decision === "allow" ? "ALLOW" : `DENY ${line.status ?? ""}`.trim();
  const who = [
    line.peer?.replace(/^spiffe:\/\/[^/]+\//, ""),
    ...(line.identities ?? []).map((one) => one.subject ?? one.method),
  ].filter(Boolean);
  const parts = [
    clock(line.time),
    verdict.padEnd(8),
    (line.reason ?? "").padEnd(15),
    `${line.method ?? ""} ${line.path || line.path_template || ""}`.trim(),
    `by ${who.length > 0 ? who.join(" + ") : "nobody known"}`,
    line.rule ? `rule ${line.rule}` : "",
    line.duration_us === undefined ? "" : `${Math.round(line.duration_us)} µs`,
  ];
  return parts.filter((part) => part.trim() !== "").join("  ");
}

function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function clock(time: number | string | undefined): string {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toTimeString().slice(0, 8);
}
