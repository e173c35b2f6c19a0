import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathReading } from "../../../src/policy/match/path-reading.ts";
import { compilePath, type PathPattern } from "../../../src/policy/match/path-template.ts";
import { FALSE, TRUE, type Tri, UNKNOWN } from "../../../src/policy/model/tri.ts";

function pattern(text: string, caseInsensitive = false): PathPattern {
  const compiled = compilePath(text, { caseInsensitive });
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.pattern;
}

const match = (text: string, path: string, caseInsensitive = false): Tri =>
  pattern(text, caseInsensitive).match(new PathReading(path));

describe("a path of a policy", () => {
  const cases: readonly { pattern: string; kind: string; yes: string[]; no: string[] }[] = [
    { pattern: "/admin", kind: "exact", yes: ["/admin"], no: ["/admin/", "/admin/x", "/Admin", "/adminx", "/"] },
    { pattern: "/", kind: "exact", yes: ["/"], no: ["/a"] },
    { pattern: "/admin/", kind: "exact", yes: ["/admin/"], no: ["/admin"] },
    { pattern: "/%61dmin", kind: "exact", yes: ["/admin"], no: ["/%61dmin"] },
    { pattern: "/cafe\u0301", kind: "exact", yes: ["/café"], no: ["/cafe"] },
    { pattern: "/my file", kind: "exact", yes: ["/my file"], no: ["/my%20file"] },
    { pattern: "/%2A/%7Bid%7D", kind: "exact", yes: ["/*/{id}"], no: ["/a/b", "/%2A/%7Bid%7D"] },
    { pattern: "/api*", kind: "prefix", yes: ["/api", "/apis", "/api/x/y"], no: ["/ap", "/x/api"] },
    { pattern: "/api/*", kind: "prefix", yes: ["/api/", "/api/x/y"], no: ["/api", "/apis"] },
    { pattern: "/*", kind: "prefix", yes: ["/", "/a/b"], no: [] },
    { pattern: "*.json", kind: "suffix", yes: ["/a.json", "/a/b.json", "/.json"], no: ["/a.json/", "/a.jsonx"] },
    { pattern: "*/info", kind: "suffix", yes: ["/info", "/a/info"], no: ["/xinfo", "/info/"] },
    { pattern: "*.", kind: "suffix", yes: ["/a."], no: ["/a"] },
    { pattern: "*", kind: "any", yes: ["/", "/a", "/a/b/"], no: [] },
    {
      pattern: "/orders/{id}",
      kind: "template",
      yes: ["/orders/42", "/orders/{id}", "/orders/*"],
      no: ["/orders", "/orders/", "/orders/42/", "/orders/42/x", "/order/42"],
    },
    { pattern: "/{a}/x/{b}", kind: "template", yes: ["/1/x/2"], no: ["/1/x/", "/1/y/2", "/x/2", "/1/xx/2"] },
    { pattern: "/orders/{id}/", kind: "template", yes: ["/orders/42/"], no: ["/orders/42", "/orders//"] },
    {
      pattern: "/admin/{**}",
      kind: "template",
      yes: ["/admin", "/admin/", "/admin/x", "/admin/x/y/"],
      no: ["/administrator", "/", "/x/admin"],
    },
    { pattern: "/{**}", kind: "template", yes: ["/", "/a", "/a/b/"], no: [] },
    { pattern: "/t/{id}/{**}", kind: "template", yes: ["/t/1", "/t/1/", "/t/1/x"], no: ["/t", "/t/"] },
  ];
  for (const { pattern: text, kind, yes, no } of cases) {
    it(`\`${text}\` is ${kind} and matches what it says`, () => {
      const compiled = pattern(text);
      const matched = (paths: string[]): string[] => paths.filter((path) => compiled.match(new PathReading(path)) === TRUE);
      expect([compiled.kind, compiled.text, matched(yes), matched(no)]).toEqual([kind, text, yes, []]);
    });
  }

  it("is more specific the more it says of the path", () => {
    const order = ["/a/b/c", "/a/b", "/a/{id}/{name}", "/a/{id}", "/a/b*", "/a*", "*"];
    expect(order.toSorted((one, other) => pattern(other).specificity - pattern(one).specificity)).toEqual(order);
  });
});

describe("a path that no request can match is refused", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "/a/**",
      "`/a/**` holds a `*` that is neither the only one at the end nor the only one at the start",
      "write `/a/{**}` for zero or more segments",
    ],
    [
      "/a/*/b",
      "`/a/*/b` holds a `*` that is neither the only one at the end nor the only one at the start",
      "write an exact path `/a/b`, a prefix `/a/*`, a suffix `*.json`, or a template `/a/{id}` or `/a/{**}`",
    ],
    [
      "*a*",
      "`*a*` holds a `*` that is neither the only one at the end nor the only one at the start",
      "write an exact path `/a/b`, a prefix `/a/*`, a suffix `*.json`, or a template `/a/{id}` or `/a/{**}`",
    ],
    [
      "",
      "`` does not start with a slash, so it matches no request",
      "write an exact path `/a/b`, a prefix `/a/*`, a suffix `*.json`, or a template `/a/{id}` or `/a/{**}`",
    ],
    [
      "admin",
      "`admin` does not start with a slash, so it matches no request",
      "write an exact path `/a/b`, a prefix `/a/*`, a suffix `*.json`, or a template `/a/{id}` or `/a/{**}`",
    ],
    [
      "/a?b=c",
      "`/a?b=c` holds `?`, and paths are compared without query and fragment",
      "leave out the query and the fragment; a condition can read `request.query`",
    ],
    [
      "/a//b",
      "`/a//b` holds a dot segment or an empty segment, so it matches no request",
      "write the path as it is after normalization: no empty segment, no `.` and no `..`",
    ],
    [
      "/a/%2e%2e/b*",
      "`/a/%2e%2e/b*` holds a dot segment or an empty segment, so it matches no request",
      "write the path as it is after normalization: no empty segment, no `.` and no `..`",
    ],
    [
      "/a/{**}/b",
      "`/a/{**}/b` holds `{**}` before its end",
      "`{**}` can only be the last segment; write `{name}` for one segment",
    ],
    ["/a/{*}", "`/a/{*}` holds `{*}`", "write `{name}` for one segment"],
    ["/a/{id}/*", "`/a/{id}/*` mixes `*` with `{…}`", "write `{name}` for one segment, or a last `{**}` for zero or more"],
    ["/{id}/{id}", "`/{id}/{id}` names `{id}` twice", "give each variable a name of its own"],
    ["/a%", "`/a%` holds a `%` without two hex digits, so it matches no request", "write `%25` for a literal `%`"],
    [
      "/a%2Fb",
      "`/a%2Fb` holds an escaped `/`, `;`, `#` or `?`, so it matches no request",
      "requests that escape these are refused before any rule; write the character itself or leave it out",
    ],
  ];
  for (const [text, message, help] of cases) {
    it(`\`${text}\` is refused with the right spelling`, () => {
      expect(compilePath(text, { caseInsensitive: false })).toEqual({ ok: false, message, help });
    });
  }

  for (const text of [
    "/a/.",
    "/a/./b",
    "/..",
    "/a/..;x",
    "//",
    "*//x",
    "*/..",
    "*/.",
    "/a\\b",
    "/a%5Cb",
    "/a%00",
    "/a\nb",
    "/%2561",
    "/%ff",
    "/a／b",
    "/a\ud800",
    "/{id",
    "/id}",
    "/a{id}",
    "/{id}.json",
    "/{}",
    "/{a b}",
    "/{**}{x}",
    "*/{id}",
    "/{id}/../x",
    "/{id}//x",
    "http://shop/a",
    "/a#b",
    "/a/{id}/**",
    "/a/..;/b",
    "/;x/b",
    "/{id}/%",
    `/${"a".repeat(8192)}`,
  ]) {
    it(`\`${text.length > 40 ? `${text.slice(0, 10)}…` : JSON.stringify(text)}\` is refused`, () => {
      expect(compilePath(text, { caseInsensitive: false })).toMatchObject({ ok: false });
    });
  }
});

describe("a path compared without regard to case (B14, B91)", () => {
  const cases: readonly (readonly [string, string, string, Tri])[] = [
    ["ASCII letters match in either case", "/admin", "/ADMIN", TRUE],
    ["also in templates", "/Admin/{id}/{**}", "/aDMIN/X/y", TRUE],
    ["and in prefixes", "/API/*", "/api/x", TRUE],
    ["and in suffixes", "*.JSON", "/a.json", TRUE],
    ["other paths do not", "/admin", "/admix", FALSE],
    ["a dotless i may be an I", "/admin", "/adm\u0131n", UNKNOWN],
    ["a dotted capital I may be an i", "/admin", "/ADM\u0130N", UNKNOWN],
    ["a long s may be an s", "/secret", "/\u017fecret", UNKNOWN],
    ["a sharp s may be two", "/stra\u00dfe", "/STRASSE", UNKNOWN],
    ["and two a sharp s", "/strasse", "/stra\u1e9ee", UNKNOWN],
    ["a ligature may be its letters", "/office", "/o\ufb03ce", UNKNOWN],
    ["letters beyond ASCII may be equal", "/\u00e4rger", "/\u00c4RGER", UNKNOWN],
    ["and are where they are the same", "/\u00e4rger", "/\u00e4RGER", TRUE],
    ["a final sigma is a sigma, also where a prefix ends", "/\u03bf\u03c2*", "/\u039f\u03a3\u0391", UNKNOWN],
    ["a template folds segment by segment", "/admin/{id}", "/adm\u0131n/x", UNKNOWN],
    ["a prefix folds what it covers", "/admin/*", "/adm\u0131n/x", UNKNOWN],
    ["a suffix too", "*/admin", "/x/adm\u0131n", UNKNOWN],
  ];
  for (const [name, text, path, expected] of cases) {
    it(`${name}: \`${text}\` at ${path}`, () => {
      expect(match(text, path, true)).toBe(expected);
    });
  }

  it("the Kelvin sign is the letter K by NFC, before case is looked at", () => {
    expect(match("/\u212aey", "/key", true)).toBe(TRUE);
  });

  it("case matters where the policy does not say otherwise", () => {
    expect(match("/admin", "/ADMIN")).toBe(FALSE);
  });
});

/** The same by recursion over lists of segments. */
function matchesSlowly(segments: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = segments;
  if (first === undefined) return path.length === 0;
  if (first === "{**}") return true;
  const [head, ...tail] = path;
  if (head === undefined) return false;
  return (first.startsWith("{") ? head !== "" : first === head) && matchesSlowly(rest, tail);
}

describe("a template", () => {
  it("agrees with a matcher that recurses over segments", () => {
    const literal = fc.constantFrom("a", "b", "ab", "abc");
    const written = fc.array(fc.oneof(literal, fc.constant("{}")), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        written,
        fc.boolean(),
        fc.array(literal, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (parts, rest, path, slash) => {
          const named = parts.map((part, index) => (part === "{}" ? `{v${index}}` : part));
          if (rest) named.push("{**}");
          const segments = slash ? [...path, ""] : path;
          expect(match(`/${named.join("/")}`, `/${segments.join("/")}`)).toBe(matchesSlowly(named, segments) ? TRUE : FALSE);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
