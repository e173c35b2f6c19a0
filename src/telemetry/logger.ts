import { type DestinationStream, type Logger, pino } from "pino";
import type { DecisionEvent } from "./decision-event.ts";
import { toEventLine } from "./event-line.ts";
import type { LogDestination } from "./log-destination.ts";
import { printable } from "./printable.ts";

/** A field of a log line. Objects do not fit, so that nobody can log a request, a header table or a credential by handing it over. */
type LogField = string | number | boolean | undefined | readonly string[] | Error;
type LogFields = Readonly<Record<string, LogField>>;
type Level = "debug" | "info" | "warn" | "error";

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface Telemetry {
  readonly log: Log;
  /** Writes a decision event as one line, `msg` being `decision`. */
  readonly writeEvent: (event: DecisionEvent) => void;
  /** Waits until all lines are out, and closes the destination. */
  close(): Promise<void>;
}

const MAX_FIELD = 1024;

/**
 * The process's log: JSON lines `{"level":"info","time":"…","msg":"…", …fields}`. Messages are fixed texts; what varies is a field.
 * Errors are told by message and code, with their stack at debug and below.
 */
export function createLogger(destination: LogDestination, options: { readonly level: string }): Telemetry {
  const stream: DestinationStream = destination;
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  // An event carries its own time, which is when the call was decided and not when its line is written.
  const events: Logger = pino(
    { level: options.level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
  const withStack = logger.isLevelEnabled("debug");
  const at = (level: Level) => (message: string, fields?: LogFields) => {
    if (!logger.isLevelEnabled(level)) return;
    if (fields === undefined) logger[level](message);
    else logger[level](plain(fields, withStack), message);
  };
  return {
    log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    writeEvent: (event) => {
      if (events.isLevelEnabled("info")) events.info(toEventLine(event), "decision");
    },
    close: () => destination.close(),
  };
}

function plain(fields: LogFields, withStack: boolean): Record<string, unknown> {
  const line: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (value instanceof Error) {
      line[name] = printable(value.message, MAX_FIELD);
      const { code } = value as { code?: unknown };
      if (typeof code === "string") line[`${name}_code`] = code;
      if (withStack && value.stack !== undefined) line[`${name}_stack`] = value.stack;
    } else if (typeof value === "string") line[name] = printable(value, MAX_FIELD);
    else if (typeof value === "object") line[name] = Array.from(value, (entry) => printable(entry, MAX_FIELD));
    else line[name] = value;
  }
  return line;
}
