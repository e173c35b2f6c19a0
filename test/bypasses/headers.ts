import type { Attack, Bypass, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];

/** Roles in the order in which they are sent, by both encodings. */
const roles = (...values: readonly string[]): readonly Attack[] =>
  ([undefined, true] as const).map((joined) => ({
    what: `${joined ? "joined" : "apart"}: ${values.map((value) => `\`${value}\``).join(", ")}`,
    world: "roles",
    headers: values.map((value) => ["x-role", value]),
    ...(joined && { joined }),
    wire: SEEN,
    ...(!joined && { envoy: SEEN }),
  }));

const role = (
  what: string,
  headers: Attack["headers"],
  wire: Outcomes,
  envoy?: Outcomes,
  more: Partial<Attack> = {},
): Attack => ({
  what,
  world: "roles",
  headers: headers ?? [],
  wire,
  ...(envoy !== undefined && { envoy }),
  ...more,
});

/** A user's name in a header that only the policy may write. */
const forged = (what: string, names: readonly string[], more: Partial<Attack> = {}): Attack => ({
  what,
  world: "names",
  headers: [["authorization", "Bearer {token no-names}"], ...names.map((name): readonly [string, string] => [name, "root"])],
  wire: { removed: [...new Set(names.map((name) => name.toLowerCase()))] },
  envoy: { removed: [...new Set(names.map((name) => name.toLowerCase()))] },
  ...more,
});

export const HEADERS: readonly Bypass[] = [
  {
    id: "B35",
    what: "a header sent several times, the protected value first, in the middle or last",
    applies: true,
    attacks: [
      ...roles("admin", "user", "user"),
      ...roles("user", "admin", "user"),
      ...roles("user", "user", "admin"),
      ...roles("admin"),
    ],
  },
  {
    id: "B36",
    what: "headers that come in `header_map` alone",
    applies: true,
    attacks: [role("x-role: admin", [["x-role", "admin"]], SEEN, SEEN)],
  },
  {
    id: "B37",
    what: "a comma in one value",
    applies: true,
    attacks: [
      role("joined: `user,admin`", [["x-role", "user,admin"]], SEEN, undefined, { joined: true }),
      role("joined: `user, admin`", [["x-role", "user, admin"]], SEEN, undefined, { joined: true }),
      role(
        "apart: `admin` beside `user,user`",
        [
          ["x-role", "user,user"],
          ["x-role", "admin"],
        ],
        SEEN,
        SEEN,
      ),
    ],
  },
  {
    id: "B38",
    what: "bytes that are not ASCII",
    applies: true,
    attacks: [
      role(
        "`admin` beside 0xFF",
        [
          ["x-role", "\xff"],
          ["x-role", "admin"],
        ],
        SEEN,
        SEEN,
      ),
      role(
        "`admin` beside obs-text",
        [
          ["x-role", "us\xe9r"],
          ["x-role", "admin"],
        ],
        SEEN,
        SEEN,
      ),
    ],
  },
  {
    id: "B39",
    what: "NUL, CR and LF",
    applies: true,
    attacks: [
      role("a NUL", [["x-role", "user\0"]], "header_invalid", { envoy: 400 }),
      role("CR and LF", [["x-role", "user\r\nx-role: admin"]], "header_invalid", SEEN),
      role("a bare LF", [["x-role", "user\nx-role: admin"]], "header_invalid", SEEN),
    ],
  },
  {
    id: "B40",
    what: "other spellings of a header's name",
    applies: true,
    attacks: [
      role("X-ROLE", [["X-ROLE", "admin"]], SEEN, SEEN),
      role("x_role", [["x_role", "admin"]], SEEN, { envoy: 400 }),
      role(
        "x_role beside x-role",
        [
          ["x-role", "user"],
          ["x_role", "admin"],
        ],
        SEEN,
        { envoy: 400 },
      ),
      role("`x-role `", [["x-role ", "admin"]], "header_invalid", { envoy: 400 }),
      forged("x-user twice", ["x-user", "x-user"]),
      forged("X-User", ["X-User"]),
      forged("x_user", ["x_user"], { envoy: { envoy: 400 } }),
    ],
  },
  {
    id: "B41",
    what: "forged headers of Envoy's and of a policy's own",
    applies: true,
    attacks: [
      forged("a name that the policy writes", ["x-user", "x-team"]),
      {
        what: "a certificate in a header",
        world: "accounts",
        caller: "nobody",
        headers: [["x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/shop/sa/front.end"]],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "the same from a workload that is another",
        world: "accounts",
        headers: [["x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/shop/sa/front.end"]],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "an answer of the door's",
        world: "roles",
        headers: [
          ["x-ext-authz-check-result", "allowed"],
          ["x-envoy-auth-partial-body", "false"],
          ["x-role", "admin"],
        ],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "a call from within",
        world: "roles",
        headers: [
          ["x-envoy-internal", "true"],
          ["x-role", "admin"],
        ],
        wire: SEEN,
        envoy: SEEN,
      },
    ],
  },
  {
    id: "B42",
    what: "`Connection` that names a header of ours",
    applies: true,
    attacks: [
      {
        what: "connection: x-role",
        world: "roles",
        headers: [
          ["x-role", "admin"],
          ["connection", "x-role"],
        ],
        wire: SEEN,
        envoy: ["no_rule_matched", { removed: ["x-role"] }],
        raw: "GET / HTTP/1.1\r\nhost: orders.shop\r\nx-role: admin\r\nconnection: x-role, close\r\n\r\n",
      },
      {
        what: "connection: x-user",
        world: "names",
        headers: [
          ["authorization", "Bearer {token no-names}"],
          ["x-user", "root"],
          ["connection", "x-user"],
        ],
        wire: { removed: ["x-user"] },
        envoy: { removed: ["x-user"] },
        raw: "GET / HTTP/1.1\r\nhost: orders.shop\r\nauthorization: Bearer {token no-names}\r\nx-user: root\r\nconnection: x-user, close\r\n\r\n",
      },
    ],
    note: "Envoy takes away what `Connection` names, before the door is asked: nobody sees it. What the door sets stays.",
  },
  {
    id: "B43",
    what: "what is empty taken for what is there",
    applies: true,
    attacks: [
      ...["tenant-empty", "tenant-null", "tenant-empty-list", "tenant-empty-object", "good"].map(
        (token): Attack => ({
          what: token === "good" ? "an absent claim" : token,
          world: "presence",
          headers: [["authorization", `Bearer {token ${token}}`]],
          wire: SEEN,
          envoy: SEEN,
        }),
      ),
      {
        what: "an empty role",
        world: "roles",
        headers: [
          ["x-role", ""],
          ["x-role", "admin"],
        ],
        wire: SEEN,
        envoy: SEEN,
      },
    ],
  },
  {
    id: "B44",
    what: "more headers than anybody reads",
    applies: true,
    attacks: [
      role(
        "101 headers, the protected one last",
        [...Array.from({ length: 100 }, (_, at): readonly [string, string] => [`x-${at}`, "1"]), ["x-role", "admin"]],
        "headers_too_many",
        { envoy: 431 },
      ),
      role(
        "101 values of one header",
        [...Array.from({ length: 100 }, (): readonly [string, string] => ["x-role", "user"]), ["x-role", "admin"]],
        "headers_too_many",
        { envoy: 431 },
      ),
      role(
        "80 KiB of headers",
        [...Array.from({ length: 80 }, (_, at): readonly [string, string] => [`x-${at}`, "1".repeat(1024)]), ["x-role", "admin"]],
        "headers_too_large",
        { envoy: 431 },
      ),
    ],
  },
  {
    id: "B45",
    what: "a claim that would break out of the header that it is written to",
    applies: true,
    attacks: ["sub-crlf", "sub-space", "sub-unicode", "sub-nul"].map((token) => ({
      what: token,
      world: "names",
      headers: [
        ["authorization", `Bearer {token ${token}}`],
        ["x-user", "root"],
      ],
      wire: { removed: ["x-user", "x-admin"] },
      envoy: { removed: ["x-user", "x-admin"] },
    })),
  },
  {
    id: "B46",
    what: "a policy that writes what routes the request",
    applies: true,
    attacks: [
      {
        what: "claimsToHeaders: host",
        world: "rewriting",
        headers: [["authorization", "Bearer {token good}"]],
        wire: "policy_invalid",
        envoy: "policy_invalid",
      },
    ],
    note: "`lint` and the parser refuse `host`, `connection`, `x-envoy-…`, `x-forwarded-…` and pseudo-headers; the encoder leaves them out whatever a plan says.",
  },
];
