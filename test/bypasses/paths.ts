import type { Attack, Bypass, Outcomes } from "./bypass.ts";

/** What a call on the protected path comes to once it is seen for what it is. */
const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];
const NOT_NORMAL = "path_not_normalized";
const BY_ENVOY: Outcomes = { envoy: 400 };

const on = (path: string, wire: Outcomes, envoy?: Outcomes, more: Partial<Attack> = {}): Attack => ({
  what: path.length > 60 ? `${path.slice(0, 30)}… (${path.length} bytes)` : path === "" ? "an empty path" : path,
  world: "paths",
  path,
  wire,
  ...(envoy !== undefined && { envoy }),
  ...more,
});

/** An outcome of its own for a header that is taken away while the call goes on. */
const without = (name: string): Attack => ({
  what: name,
  world: "paths",
  path: "/public/x",
  headers: [[name, "/admin"]],
  wire: { removed: [name] },
  envoy: { removed: [name] },
});

export const PATHS: readonly Bypass[] = [
  {
    id: "B01",
    what: "dot segments that climb",
    applies: true,
    attacks: [on("/public/../admin", NOT_NORMAL, SEEN), on("/public/x/../../admin/y", NOT_NORMAL, SEEN)],
  },
  { id: "B02", what: "a dot segment that stays", applies: true, attacks: [on("/./admin", NOT_NORMAL, SEEN)] },
  {
    id: "B03",
    what: "two slashes",
    applies: true,
    attacks: [on("//admin", NOT_NORMAL, SEEN), on("//admin/x", NOT_NORMAL, SEEN)],
  },
  {
    id: "B04",
    what: "more slashes, within too",
    applies: true,
    attacks: [on("///admin//x", NOT_NORMAL, SEEN), on("/public//../../admin", NOT_NORMAL, SEEN)],
  },
  {
    id: "B05",
    what: "an escaped slash",
    applies: true,
    attacks: [
      on("/public%2F..%2Fadmin", "path_escaped_separator", BY_ENVOY),
      on("/%2Fadmin", "path_escaped_separator", BY_ENVOY),
    ],
  },
  {
    id: "B06",
    what: "an escaped slash in lower case",
    applies: true,
    attacks: [on("/public%2f..%2fadmin", "path_escaped_separator", BY_ENVOY)],
  },
  {
    id: "B07",
    what: "a backslash, raw or escaped",
    applies: true,
    attacks: [
      on("/public%5C..%5Cadmin", "path_backslash", BY_ENVOY),
      on("\\admin", "path_not_absolute", BY_ENVOY),
      on("/public\\..\\admin", "path_backslash", SEEN),
    ],
  },
  {
    id: "B08",
    what: "an escaped letter",
    applies: true,
    attacks: [on("/%61dmin", SEEN, SEEN), on("/%61%64%6D%69%6E/x", SEEN, SEEN)],
  },
  {
    id: "B09",
    what: "escapes of escapes",
    applies: true,
    attacks: [
      on("/%2561dmin", "path_double_escaped", "path_double_escaped"),
      on("/public%252F..%252Fadmin", "path_double_escaped", "path_double_escaped"),
      on("/%25%36%31dmin", "path_double_escaped", "path_double_escaped"),
    ],
  },
  {
    id: "B10",
    what: "a query",
    applies: true,
    attacks: [on("/admin?", SEEN, SEEN), on("/admin?x=/public", SEEN, SEEN), on("/admin/?/public/x", SEEN, SEEN)],
  },
  {
    id: "B11",
    what: "a fragment",
    applies: true,
    attacks: [
      on("/admin#x", SEEN, BY_ENVOY),
      on("/admin%23x", "path_escaped_separator", "path_escaped_separator"),
      on("/public#/../admin", NOT_NORMAL, BY_ENVOY),
      on("/public/%23/../../admin", "path_escaped_separator", SEEN),
    ],
  },
  {
    id: "B12",
    what: "parameters behind a semicolon",
    applies: true,
    attacks: [
      on("/admin;x=y", SEEN, SEEN),
      on("/admin;/x", SEEN, SEEN),
      on("/a;b/../admin", NOT_NORMAL, SEEN),
      on("/user/..;/admin", NOT_NORMAL, SEEN),
      on("/.;/admin", NOT_NORMAL, SEEN),
      on("/public/..;a=b/admin", NOT_NORMAL, SEEN),
      on("/public/..%3B/admin", "path_escaped_separator", "path_escaped_separator"),
      on("/;/admin", NOT_NORMAL, NOT_NORMAL),
    ],
  },
  {
    id: "B13",
    what: "a trailing slash or dot",
    applies: true,
    attacks: [on("/admin/", SEEN, SEEN), on("/admin/.", NOT_NORMAL, SEEN), on("/admin/;x", SEEN, SEEN)],
  },
  {
    id: "B14",
    what: "capital letters, where the policy disregards case",
    applies: true,
    attacks: [on("/ADMIN", SEEN, SEEN, { world: "folded" }), on("/Admin/x", SEEN, SEEN, { world: "folded" })],
  },
  {
    id: "B15",
    what: "escaped control bytes",
    applies: true,
    attacks: [
      on("/admin%00", "path_control_byte", BY_ENVOY),
      on("/admin%0a", "path_control_byte", "path_control_byte"),
      on("/admin%0d%0aX: y", "path_control_byte", BY_ENVOY),
      on("/admin%7f", "path_control_byte", "path_control_byte"),
      on("/admin%C2%85", "path_control_byte", "path_control_byte"),
    ],
  },
  {
    id: "B16",
    what: "bytes that are not UTF-8, and characters that look like or decompose into others",
    applies: true,
    attacks: [
      on("/public%c0%af..%c0%afadmin", "path_bad_utf8", "path_bad_utf8"),
      on("/public/%c0%ae%c0%ae/admin", "path_bad_utf8", "path_bad_utf8"),
      on("/%e0%80%af/admin", "path_bad_utf8", "path_bad_utf8"),
      on("/public／..／admin", "path_lookalike", { envoy: 400 }),
      on("/public%EF%BC%8F..%EF%BC%8Fadmin", "path_lookalike", "path_lookalike"),
      on("/public/%E2%80%A5/admin", "path_lookalike", "path_lookalike"),
      on("/caf%C3%A9", SEEN, SEEN),
      on("/cafe%CC%81", SEEN, SEEN),
      on("/cafe\u0301/x", SEEN, { envoy: 400 }),
    ],
  },
  {
    id: "B17",
    what: "no leading slash",
    applies: true,
    attacks: [on("admin/x", "path_not_absolute", BY_ENVOY), on("orders.Admin/Delete", "path_not_absolute", BY_ENVOY)],
  },
  {
    id: "B18",
    what: "no path at all: empty, `*`, an authority",
    applies: true,
    attacks: [
      on("", "path_not_absolute"),
      on(
        "*",
        "path_not_absolute",
        { envoy: 404 },
        { method: "OPTIONS", raw: "OPTIONS * HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n\r\n" },
      ),
      on(
        "admin.shop:443",
        "path_not_absolute",
        { envoy: 404 },
        { method: "CONNECT", raw: "CONNECT admin.shop:443 HTTP/1.1\r\nhost: admin.shop:443\r\n\r\n" },
      ),
    ],
  },
  {
    id: "B19",
    what: "the absolute form, with the host or another",
    applies: true,
    attacks: [
      on("http://other/admin", "path_host_mismatch", SEEN),
      on("http://orders.shop/admin", SEEN, SEEN),
      on("http://orders.shop:81/public/x", "path_host_mismatch"),
      on("http://orders.shop/public/../admin", NOT_NORMAL, SEEN),
    ],
  },
  {
    id: "B20",
    what: "the signs of patterns in the path itself",
    applies: true,
    attacks: [on("/admin/{**}", SEEN, SEEN), on("/admin/*", SEEN, SEEN), on("/%7B**%7D/../admin", NOT_NORMAL, SEEN)],
  },
  {
    id: "B21",
    what: "escapes that are none",
    applies: true,
    attacks: [
      on("/%zz/admin", "path_bad_escape", "path_bad_escape"),
      on("/admin%", "path_bad_escape", "path_bad_escape"),
      on("/admin%4", "path_bad_escape", "path_bad_escape"),
    ],
  },
  {
    id: "B22",
    what: "a path without end",
    applies: true,
    attacks: [
      on(`/public/${"a/".repeat(32_768)}`, "path_too_long", { envoy: 431 }),
      on(`/${"public/".repeat(1200)}../admin`, "path_too_long", "path_too_long"),
    ],
  },
  {
    id: "B23",
    what: "escaped dots",
    applies: true,
    attacks: [
      on("/public/%2e%2e/admin", NOT_NORMAL, SEEN),
      on("/public/.%2E/admin", NOT_NORMAL, SEEN),
      on("/public/%2E./admin", NOT_NORMAL, SEEN),
    ],
  },
  {
    id: "B24",
    what: "another path in a header",
    applies: true,
    attacks: [
      without("x-original-url"),
      without("x-rewrite-url"),
      {
        what: "x-envoy-original-path",
        world: "paths",
        path: "/public/x",
        headers: [["x-envoy-original-path", "/admin"]],
        envoy: { removed: ["x-envoy-original-path"] },
      },
      { ...without("X-Original-URL"), wire: { removed: ["x-original-url"] }, envoy: { removed: ["x-original-url"] } },
    ],
    note: "`x-forwarded-uri` and `x-forwarded-prefix` go on to the service: rules never read them, and a service behind a sidecar has no proxy whose word they would be.",
  },
  {
    id: "B25",
    what: "another method: in a header, in lower case, unknown, HEAD for GET",
    applies: true,
    attacks: [
      ...["x-http-method", "x-http-method-override", "x-method-override"].map(
        (name): Attack => ({
          what: name,
          world: "methods",
          method: "OPTIONS",
          path: "/x",
          headers: [[name, "DELETE"]],
          wire: { removed: [name] },
          envoy: { removed: [name] },
        }),
      ),
      { what: "delete", world: "methods", method: "delete", path: "/public/x", wire: "method_invalid", envoy: { envoy: 400 } },
      { what: "Get", world: "methods", method: "Get", path: "/public/x", wire: "method_invalid", envoy: { envoy: 400 } },
      { what: "HEAD", world: "methods", method: "HEAD", path: "/public/x", wire: SEEN, envoy: SEEN },
      { what: "no method", world: "methods", method: "", path: "/public/x", wire: "method_invalid" },
      { what: "two words", world: "methods", method: "OPTIONS GET", path: "/public/x", wire: "method_invalid" },
    ],
    note: "A `_method` in the query or the body is the service's own convention: a rule must name it (`request.query._method`).",
  },
];
