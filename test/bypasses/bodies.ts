import type { Attack, Bypass, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];
const CUT: Outcomes = "body_truncated";
const ADMIN = '{"role":"admin"}';
const FORM = "application/x-www-form-urlencoded";

const post = (
  what: string,
  type: string | undefined,
  body: string,
  outcome: Outcomes = SEEN,
  more: Partial<Attack> = {},
): Attack => ({
  what,
  world: "json",
  method: "POST",
  headers: type === undefined ? [] : [["content-type", type]],
  body,
  wire: outcome,
  envoy: outcome,
  ...more,
});

const json = (what: string, body: string, outcome?: Outcomes, more?: Partial<Attack>): Attack =>
  post(what, "application/json", body, outcome, more);

const form = (what: string, body: string, more: Partial<Attack> = {}): Attack =>
  post(what, FORM, body, SEEN, { world: "form", ...more });

export const BODIES: readonly Bypass[] = [
  {
    id: "B71",
    what: "a body that is longer than what Envoy sends",
    applies: true,
    attacks: [
      json("the protected part behind the cut", `{"filler":"${"x".repeat(300)}","role":"admin"}`, CUT, { truncated: true }),
      json("the same, chunked", '{"role":"user"}', undefined, {
        wire: CUT,
        truncated: true,
        envoy: CUT,
        raw: `POST / HTTP/1.1\r\nhost: orders.shop\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n12c\r\n{"role":"user","a":"${"x".repeat(280)}\r\n10\r\n","role":"admin"\r\n1\r\n}\r\n0\r\n\r\n`,
      }),
    ],
  },
  {
    id: "B72",
    what: "other types of content, or none",
    applies: true,
    attacks: [
      json("as it should be", ADMIN),
      post("APPLICATION/JSON", "APPLICATION/JSON", ADMIN),
      post("a parameter", "application/json; charset=utf-8", ADMIN),
      post("+json", "application/merge-patch+json", ADMIN),
      post("text", "text/plain", ADMIN),
      post("none", undefined, ADMIN),
      post("a form that is JSON", FORM, ADMIN),
      post("two types", "application/json, text/plain", ADMIN),
      post("the type twice", "application/json", ADMIN, SEEN, {
        headers: [
          ["content-type", "text/plain"],
          ["content-type", "application/json"],
        ],
      }),
    ],
  },
  {
    id: "B73",
    what: "a key twice",
    applies: true,
    attacks: [
      json("first", '{"role":"admin","role":"user"}'),
      json("last", '{"role":"user","role":"admin"}'),
      json("escaped", '{"role":"user","r\\u006fle":"admin"}'),
    ],
  },
  {
    id: "B74",
    what: "a body that is compressed, or says so",
    applies: true,
    attacks: [
      json("gzip", "\x1f\x8b\x08\x00", SEEN, {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
      }),
      json("said, not done", '{"role":"user"}', SEEN, {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
      }),
      json("said twice", '{"role":"user"}', SEEN, {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "identity"],
          ["content-encoding", "br"],
        ],
      }),
    ],
  },
  {
    id: "B75",
    what: "nesting and numbers without end",
    applies: true,
    attacks: [
      json("100 brackets", `{"role":"user","a":${"[".repeat(100)}${"]".repeat(100)}}`),
      json("a number of 200 digits", `{"role":"user","a":${"9".repeat(200)}}`),
    ],
  },
  {
    id: "B76",
    what: "several parts, other character sets, a byte order mark",
    applies: true,
    attacks: [
      post(
        "multipart",
        "multipart/form-data; boundary=x",
        '--x\r\ncontent-disposition: form-data; name="role"\r\n\r\nadmin\r\n--x--\r\n',
      ),
      post("UTF-7", "application/json; charset=utf-7", '{"role":"+AGE-dmin"}'),
      post("UTF-16", "application/json; charset=utf-16", '{\0"\0r\0o\0l\0e\0"\0:\0"\0a\0"\0}\0'),
      post("latin-1", "application/json; charset=iso-8859-1", ADMIN),
      json("a byte order mark", `\xef\xbb\xbf${ADMIN}`),
      json("not UTF-8", '{"role":"user\xff"}'),
    ],
    note: "Parts of a multipart body are not read: a rule that needs them is unknown, so a Deny matches and an Allow does not.",
  },
  {
    id: "B77",
    what: "a field of a form twice, or parted otherwise",
    applies: true,
    attacks: [
      form("first", "role=admin&role=user"),
      form("last", "role=user&role=admin"),
      form("escaped", "role=user&%72ole=admin"),
      form("a semicolon", "role=user;role=admin"),
      form("a bad escape", "role=user&x=%zz"),
      form("as it is", "role=admin"),
    ],
  },
  {
    id: "B78",
    what: "gRPC messages: the second of a stream, compressed ones",
    applies: true,
    attacks: [
      post("one message", "application/grpc", `\0\0\0\0\x10${ADMIN}`),
      post("a second message", "application/grpc", `\0\0\0\0\x0f{"role":"user"}\0\0\0\0\x10${ADMIN}`),
      post("compressed", "application/grpc", "\x01\0\0\0\x04\x1f\x8b\x08\0"),
    ],
    note: "Messages of gRPC are not read: a rule that needs them is unknown.",
  },
  {
    id: "B79",
    what: "a body where none is expected",
    applies: true,
    attacks: [json("GET", ADMIN, SEEN, { method: "GET" }), json("DELETE", ADMIN, SEEN, { method: "DELETE" })],
  },
  {
    id: "B80",
    what: "a header that says the body is whole",
    applies: true,
    attacks: [
      json("false", `{"filler":"${"x".repeat(300)}","role":"admin"}`, CUT, {
        truncated: true,
        headers: [
          ["content-type", "application/json"],
          ["x-envoy-auth-partial-body", "false"],
        ],
      }),
    ],
  },
];
