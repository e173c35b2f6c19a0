import { type CelFunc, CelScalar, celFunc, celMethod, objectType } from "@bufbuild/cel";
import { create } from "@bufbuild/protobuf";
import { TimestampSchema, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Budget } from "./budget.ts";
import { safeError } from "./safe-error.ts";

/** What making a formatter takes, in nodes visited. */
const FORMAT_COST = 200;
const DAY = 86_400_000;
const FIXED_OFFSET = /^([+-]?)(\d\d):(\d\d)$/;
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/** Each reads fields in UTC from a date that was moved by the zone's offset. */
const SELECTORS: readonly (readonly [string, (date: Date) => number])[] = [
  ["getFullYear", (date) => date.getUTCFullYear()],
  ["getMonth", (date) => date.getUTCMonth()],
  ["getDate", (date) => date.getUTCDate()],
  ["getDayOfMonth", (date) => date.getUTCDate() - 1],
  ["getDayOfWeek", (date) => date.getUTCDay()],
  ["getDayOfYear", (date) => Math.floor((date.getTime() - yearStart(date)) / DAY)],
  ["getHours", (date) => date.getUTCHours()],
  ["getMinutes", (date) => date.getUTCMinutes()],
  ["getSeconds", (date) => date.getUTCSeconds()],
  ["getMilliseconds", (date) => date.getUTCMilliseconds()],
];

/**
 * Timestamp functions that do not depend on the process's own time zone: the evaluator's read fields of a local date, which is an hour
 * off in the hour that a summer-time change skips.
 */
export function createTimeFunctions(budget: Budget): CelFunc[] {
  const timestamp = objectType(TimestampSchema);
  const zones = new Map<string, Intl.DateTimeFormat>();
  return [
    // cel-spec: an int is seconds since the epoch; the evaluator takes milliseconds.
    celFunc("timestamp", [CelScalar.INT], timestamp, (seconds) => {
      if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw safeError("timestamp out of range");
      return create(TimestampSchema, { seconds });
    }),
    ...SELECTORS.flatMap(([name, select]) => [
      celMethod(name, timestamp, [], CelScalar.INT, function () {
        return BigInt(select(new Date(Math.floor(timestampMs(this.message)))));
      }),
      celMethod(name, timestamp, [CelScalar.STRING], CelScalar.INT, function (zone) {
        return BigInt(select(localDate(Math.floor(timestampMs(this.message)), zone, (name) => formatFor(name, zones, budget))));
      }),
    ]),
  ];
}

function yearStart(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear());
  return start.getTime();
}

/** `02:00`, `-08:00` or an IANA name, as cel-spec says under "Timezones". */
function localDate(ms: number, zone: string, find: (zone: string) => Intl.DateTimeFormat): Date {
  const fixed = FIXED_OFFSET.exec(zone);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return new Date(ms + (fixed[1] === "-" ? -minutes : minutes) * 60_000);
  }
  const local = new Date(0);
  const parts = new Map(
    find(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
  local.setUTCFullYear(year, part("month") - 1, part("day"));
  local.setUTCHours(part("hour"), part("minute"), part("second"), ((ms % 1000) + 1000) % 1000);
  return local;
}

/** A formatter costs some 50 µs and a caller may choose the zone, so a few are kept. */
function formatFor(zone: string, zones: Map<string, Intl.DateTimeFormat>, budget: Budget): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  if (zone.length > 64) throw safeError("unknown time zone");
  budget.spend(FORMAT_COST);
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw safeError("unknown time zone");
  }
  if (zones.size >= 32) zones.clear();
  zones.set(zone, format);
  return format;
}
