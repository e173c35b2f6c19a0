/** What the playground reads of a line that the data plane writes. Every field may be missing: decisions and news are in one stream. */
interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly time?: string;
  readonly decision?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly method?: string;
  readonly path?: string;
  readonly path_template?: string;
  readonly rule?: string;
  readonly peer?: string;
  readonly identities?: readonly { readonly method?: string; readonly subject?: string }[];
  readonly duration_us?: number;
  /** A fault of a policy file: where, what and the way out. */
  readonly at?: string;
  readonly fault?: string;
  readonly help?: string;
  /** A file whose last good content is in force. */
  readonly file?: string;
  readonly generation?: number;
  readonly error?: string;
  readonly cause?: string;
}

const QUIET = new Set(["trace", "debug", "info"]);

/** One short line for a decision or for news; undefined for what a reader of the playground can do without. */
export function renderLogLine(text: string): string | undefined {
  const line = parse(text);
  if (line === undefined) return text.trim() === "" ? undefined : text;
  if (line.decision !== undefined) return renderDecision(line);
  return line.msg === undefined ? undefined : renderNews(line, line.msg);
}

function renderDecision(line: LogLine): string {
  const verdict = line.decision === "allow" ? "ALLOW" : `DENY ${line.status ?? ""}`.trim();
  const who = [line.peer?.replace(/^spiffe:\/\/[^/]+\//, ""), ...(line.identities ?? []).map((one) => one.subject ?? one.method)];
  return joined([
    clock(line.time),
    verdict.padEnd(8),
    (line.reason ?? "").padEnd(15),
    `${line.method ?? ""} ${line.path || line.path_template || ""}`.trim(),
    `by ${who.filter(Boolean).join(" + ") || "nobody known"}`,
    line.rule && `rule ${line.rule}`,
    line.duration_us !== undefined && `${Math.round(line.duration_us)} µs`,
  ]);
}

function renderNews(line: LogLine, message: string): string {
  const what = line.generation === undefined ? message : `${message} (generation ${line.generation})`;
  const mark = QUIET.has(line.level ?? "info") ? "" : "! ";
  return joined([
    clock(line.time),
    mark + what,
    line.at ?? line.file,
    line.fault,
    line.help && `(${line.help})`,
    line.error,
    line.cause,
  ]);
}

function joined(parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part && part.trim() !== "").join("  ");
}

function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function clock(time: string | undefined): string {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toTimeString().slice(0, 8);
}
