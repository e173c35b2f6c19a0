import type { HeaderView, Request } from "../policy/model/request.ts";
import type { DocumentReader, Field } from "./document-reader.ts";

type HttpPart = Pick<Request, "method" | "path" | "host" | "scheme" | "protocol" | "time" | "headers" | "body">;

/** The host of a request to a workload, where the host decides nothing. */
const HOST = "localhost";
/** A header's name. Source: RFC 9110 §5.6.2, `token`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Reads the call itself. Method, host and path go on as they are written: whether they are acceptable is part of what is explained. */
export function readHttp(reader: DocumentReader, field: Field, workloadNamed: boolean): HttpPart | undefined {
  const members = reader.members(field, ["method", "path", "host", "scheme", "protocol", "time", "headers", "body"]);
  const text = (name: "method" | "path" | "host" | "scheme" | "protocol" | "body"): string | undefined =>
    reader.text(members.get(name));
  const path = text("path");
  if (!members.has("path")) reader.fault(field, "MissingField", "`request` has no `path`", "write `path: /api/v1/orders?page=2`");
  const host = text("host");
  if (!members.has("host") && !workloadNamed) {
    const help = "write `host: shop.example`, or say what is called by `destination` or `target`";
    reader.fault(field, "MissingField", "`request` has no `host`, and nothing else says what is called", help);
  }
  const headers = readHeaders(reader, members.get("headers"));
  const body = text("body");
  return {
    method: text("method") ?? "GET",
    path: path ?? "",
    host: host ?? HOST,
    scheme: text("scheme") ?? "http",
    protocol: text("protocol") ?? "HTTP/1.1",
    time: readTime(reader, members.get("time")),
    headers,
    ...(body === undefined ? {} : { body: { bytes: new TextEncoder().encode(body), truncated: false } }),
  };
}

function readHeaders(reader: DocumentReader, field: Field | undefined): HeaderView {
  const values = new Map<string, readonly string[]>();
  for (const [written, entry] of field === undefined ? [] : reader.entries(field)) {
    const name = written.toLowerCase();
    if (name === "host" || name.startsWith(":")) {
      reader.fault(
        entry,
        "InvalidHeader",
        `\`${written}\` does not stand among the headers`,
        "write `method`, `path` and `host` under `request`",
      );
    } else if (!TOKEN.test(name)) {
      reader.fault(entry, "InvalidHeader", `\`${written}\` is not a header name`, "use letters, digits and `-`");
    }
    const texts = reader.items(entry).map((item) => reader.text(item) ?? "");
    values.set(name, [...(values.get(name) ?? []), ...texts]);
  }
  const names = [...values.keys()];
  const underscored = names.filter((name) => name.includes("_"));
  return { values: (name) => values.get(name) ?? [], names: () => names, namesWithUnderscore: () => underscored };
}

function readTime(reader: DocumentReader, field: Field | undefined): number {
  const text = reader.text(field);
  if (field === undefined || text === undefined) return 0;
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  reader.fault(field, "InvalidTime", `\`${text}\` is not a time`, "write RFC 3339: `2026-01-31T12:00:00Z`");
  return 0;
}
