import type { Attack, Bypass, Outcomes } from "./bypass.ts";

const SEEN: Outcomes = ["no_rule_matched", "denied_by_rule"];

const level = (what: string, headers: Attack["headers"], more: Partial<Attack> = {}): Attack => ({
  what,
  world: "errors",
  headers: headers ?? [],
  wire: SEEN,
  envoy: SEEN,
  ...more,
});

/** Envoy wants what is not ASCII in escapes. */
const folded = (path: string): Attack => ({
  what: path,
  world: "folded",
  path,
  wire: SEEN,
  envoy: path.includes("%") ? SEEN : { envoy: 400 },
});

const items = Array.from({ length: 90 }, (_, at): readonly [string, string] => ["x-item", `item-${at}-${"x".repeat(40)}`]);

export const ENGINE: readonly Bypass[] = [
  {
    id: "B81",
    what: "a condition that errs",
    applies: true,
    attacks: [level("no number", [["x-level", "many"]]), level("too large a number", [["x-level", "99999999999999999999"]])],
  },
  {
    id: "B82",
    what: "a condition on what is absent, or there twice",
    applies: true,
    attacks: [
      level("absent", []),
      level("empty", [["x-level", ""]]),
      level("twice", [
        ["x-level", "7"],
        ["x-level", "7"],
      ]),
    ],
  },
  {
    id: "B83",
    what: "a condition that a caller makes expensive",
    applies: true,
    attacks: [{ what: "90 values, each held against each", world: "costs", headers: items, wire: SEEN, envoy: SEEN }],
  },
  {
    id: "B84",
    what: "a pattern on which backtracking engines hang",
    applies: true,
    attacks: [
      { what: "8,000 letters that almost match", world: "patterns", path: `/${"a".repeat(8000)}!`, wire: SEEN, envoy: SEEN },
    ],
  },
  {
    id: "B85",
    what: "calls before the policies were read",
    applies: true,
    scenario: "`not_synced`, and health says NOT_SERVING",
    stoppedBy: "Sallyport",
  },
  {
    id: "B86",
    what: "an update that is faulty, and a policy that is so from the start",
    applies: true,
    scenario: "the last good version stays and `/readyz?verbose` says so; without one `policy_invalid`",
    stoppedBy: "Sallyport",
  },
  {
    id: "B87",
    what: "a policy that goes while a call waits",
    applies: true,
    scenario: "the call is decided by the plan that it met; the next gets `no_policy`",
    stoppedBy: "Sallyport",
  },
  {
    id: "B88",
    what: "one bad object beside others",
    applies: true,
    scenario: "only its own target answers `policy_invalid`",
    stoppedBy: "Sallyport",
  },
  {
    id: "B89",
    what: "clocks that differ",
    applies: true,
    attacks: (
      [
        ["exp-beyond-skew", "token_expired"],
        ["nbf-beyond-skew", "token_not_yet_valid"],
        ["iat-beyond-skew", "token_not_yet_valid"],
      ] as const
    ).map(([name, reason]) => ({
      what: name,
      world: "tokens",
      headers: [["authorization", `Bearer {token ${name}}`]],
      wire: reason,
      envoy: reason,
    })),
  },
  {
    id: "B90",
    what: "names that every object inherits",
    applies: true,
    attacks: [
      {
        what: "no header `constructor`",
        world: "inherited",
        path: "/?__proto__=y",
        headers: [["authorization", "Bearer {token inherited}"]],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "no claim `__proto__`",
        world: "inherited",
        headers: [
          ["constructor", "x"],
          ["authorization", "Bearer {token good}"],
        ],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "a claim named role under `__proto__`",
        world: "tokens",
        headers: [["authorization", "Bearer {token role-under-proto}"]],
        wire: SEEN,
        envoy: SEEN,
      },
      {
        what: "labels and extensions named so",
        world: "paths",
        path: "/admin",
        headers: [
          ["__proto__", "x"],
          ["constructor", "x"],
        ],
        wire: SEEN,
        envoy: { envoy: 400 },
      },
    ],
  },
  {
    id: "B91",
    what: "letters that are equal only to some",
    applies: true,
    attacks: [
      folded("/adm\u0131n"),
      folded("/ADM\u0130N/x"),
      folded("/adm%C4%B1n"),
      folded("/\u212Aeys"),
      folded("/%E2%84%AAEYS"),
    ],
  },
  {
    id: "B92",
    what: "an answer that is remembered for another question",
    applies: true,
    scenario: "no decision is remembered: each input that is changed changes the answer at once",
    stoppedBy: "Sallyport",
  },
];
