import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PATH_BYTES, type RequestPath, readPath } from "../../../src/policy/match/path.ts";
import { LOOKALIKE, type PathReason } from "../../../src/policy/match/path-decode.ts";
import type { PathReading } from "../../../src/policy/match/path-reading.ts";
import { encodeUtf8 } from "../../../src/policy/match/utf8.ts";

/** What a result says, without its lazily kept parts. */
function tell(result: RequestPath | PathReason): unknown {
  if (typeof result === "string") return result;
  const texts = (reading: PathReading | undefined): unknown =>
    reading === undefined ? undefined : [reading.text, reading.withoutSlash?.text].filter((text) => text !== undefined);
  return { asWritten: texts(result.asWritten), stripped: texts(result.stripped), query: result.query };
}

const read = (raw: string, host = "shop"): unknown => tell(readPath(encodeUtf8(raw), host));

describe("a path that is normal", () => {
  const cases: readonly (readonly [string, string, { asWritten: string[]; stripped?: string[]; query?: string }])[] = [
    ["is kept as it is", "/api/v1/orders/42", { asWritten: ["/api/v1/orders/42"] }],
    ["may be the root alone", "/", { asWritten: ["/"] }],
    ["loses its query, which is kept raw (B10)", "/admin?x=/public%zz", { asWritten: ["/admin"], query: "x=/public%zz" }],
    ["loses an empty query (B10)", "/admin?", { asWritten: ["/admin"] }],
    ["keeps later question marks in the query", "/a?b?c", { asWritten: ["/a"], query: "b?c" }],
    ["loses a harmless fragment (B11)", "/admin#x", { asWritten: ["/admin"] }],
    ["loses a harmless fragment behind the query", "/admin?y=1#x", { asWritten: ["/admin"], query: "y=1" }],
    ["has its escapes decoded once (B08)", "/%61dmin", { asWritten: ["/admin"] }],
    ["may hold an escaped dot inside a segment", "/file%2Etxt", { asWritten: ["/file.txt"] }],
    ["may hold three dots and names that start with dots", "/.../.well-known/..a", { asWritten: ["/.../.well-known/..a"] }],
    ["may hold an escaped space", "/a%20b", { asWritten: ["/a b"] }],
    ["may hold an escaped percent that starts no escape", "/100%25/x", { asWritten: ["/100%/x"] }],
    ["may hold literal stars and braces (B20)", "/*/{id}/%7B%2A", { asWritten: ["/*/{id}/{*"] }],
    ["is compared in NFC, raw or escaped (B16)", "/cafe\u0301/caf%C3%A9", { asWritten: ["/café/café"] }],
    ["has a second form without its trailing slash (B13)", "/admin/", { asWritten: ["/admin/", "/admin"] }],
    ["is read with and without parameters (B12)", "/admin;x=y", { asWritten: ["/admin;x=y"], stripped: ["/admin"] }],
    [
      "is read without parameters in every segment (B12)",
      "/a;b/admin;c",
      { asWritten: ["/a;b/admin;c"], stripped: ["/a/admin"] },
    ],
    ["may get a trailing slash from its parameters", "/admin/;x", { asWritten: ["/admin/;x"], stripped: ["/admin/", "/admin"] }],
  ];
  for (const [name, raw, expected] of cases) {
    it(`${name}: ${raw}`, () => {
      expect(read(raw)).toEqual({ stripped: undefined, query: "", ...expected });
    });
  }
});

describe("a path that is refused", () => {
  const cases: readonly (readonly [string, string, PathReason])[] = [
    ["B01", "/public/../admin", "path_not_normalized"],
    ["B02", "/./admin", "path_not_normalized"],
    ["B03", "//admin", "path_not_normalized"],
    ["B04", "///admin//x", "path_not_normalized"],
    ["B04", "/admin//", "path_not_normalized"],
    ["B05", "/public%2F..%2Fadmin", "path_escaped_separator"],
    ["B06", "/public%2f..%2fadmin", "path_escaped_separator"],
    ["B07", "/public%5C..%5Cadmin", "path_backslash"],
    ["B07", "/public%5c..", "path_backslash"],
    ["B07", "/public\\..\\admin", "path_backslash"],
    ["B07", "\\admin", "path_not_absolute"],
    ["B09", "/%2561dmin", "path_double_escaped"],
    ["B09", "/public%252F..", "path_double_escaped"],
    ["B09", "/%25%36%31dmin", "path_double_escaped"],
    ["B11", "/admin%23x", "path_escaped_separator"],
    ["B11", "/admin%3Fx", "path_escaped_separator"],
    ["B11", "/public#/../admin", "path_not_normalized"],
    ["B11", "/admin#.json", "path_not_normalized"],
    ["B11", "/a?role=user#&role=admin", "path_not_normalized"],
    ["B12", "/user/..;/admin", "path_not_normalized"],
    ["B12", "/user/..;a=b/admin", "path_not_normalized"],
    ["B12", "/.;/admin", "path_not_normalized"],
    ["B12", "/;x/admin", "path_not_normalized"],
    ["B12", "/admin%3Bx", "path_escaped_separator"],
    ["B13", "/admin/.", "path_not_normalized"],
    ["B13", "/admin/..", "path_not_normalized"],
    ["B13", "/admin/.;x", "path_not_normalized"],
    ["B15", "/admin%00", "path_control_byte"],
    ["B15", "/admin%0a", "path_control_byte"],
    ["B15", "/admin%0d%0a", "path_control_byte"],
    ["B15", "/admin%7F", "path_control_byte"],
    ["B15", "/admin%C2%85", "path_control_byte"],
    ["B15", "/admin\t", "path_control_byte"],
    ["B15", "/admin HTTP/1.1", "path_control_byte"],
    ["B16", "/%c0%af", "path_bad_utf8"],
    ["B16", "/%c0%ae%c0%ae/admin", "path_bad_utf8"],
    ["B16", "/%e0%80%af", "path_bad_utf8"],
    ["B16", "/%ed%a0%80", "path_bad_utf8"],
    ["B16", "/%f4%90%80%80", "path_bad_utf8"],
    ["B16", "/%e2%82", "path_bad_utf8"],
    ["B16", "/%ff", "path_bad_utf8"],
    ["B16", "/public／admin", "path_lookalike"],
    ["B16", "/public%EF%BC%8Fadmin", "path_lookalike"],
    ["B16", "/․․/admin", "path_lookalike"],
    ["B16", "/a\u037e/admin", "path_lookalike"],
    ["B17", "shop.Orders/Get", "path_not_absolute"],
    ["B17", "?x", "path_not_absolute"],
    ["B18", "", "path_not_absolute"],
    ["B18", "*", "path_not_absolute"],
    ["B18", "shop:443", "path_not_absolute"],
    ["B19", "http://other/admin", "path_host_mismatch"],
    ["B19", "http://shop@other/admin", "path_host_mismatch"],
    ["B19", "http:///admin", "path_host_mismatch"],
    ["B19", "ftp://shop/admin", "path_not_absolute"],
    ["B19", "http:/admin", "path_not_absolute"],
    ["B21", "/%zz", "path_bad_escape"],
    ["B21", "/admin%", "path_bad_escape"],
    ["B21", "/admin%4", "path_bad_escape"],
    ["B21", "/%u0061dmin", "path_bad_escape"],
    ["B22", `/${"a".repeat(65_536)}`, "path_too_long"],
    ["B22", `/${"a/".repeat(32_768)}`, "path_too_long"],
    ["B23", "/public/%2e%2e/admin", "path_not_normalized"],
    ["B23", "/public/.%2e/admin", "path_not_normalized"],
    ["B23", "/public/%2E/admin", "path_not_normalized"],
  ];
  for (const [id, raw, reason] of cases) {
    it(`${id}: ${raw.length > 60 ? `${raw.slice(0, 20)}…` : JSON.stringify(raw)} is ${reason}`, () => {
      expect(read(raw)).toBe(reason);
    });
  }

  it("B16: raw bytes that are not UTF-8 are seen, because the path is a byte string", () => {
    expect(readPath("/\xc0\xafadmin", "shop")).toBe("path_bad_utf8");
    expect(readPath("/\xff", "shop")).toBe("path_bad_utf8");
  });

  it("B16: a path that was decoded as UTF-8 by mistake fails closed", () => {
    expect(readPath("/ž", "shop")).toBe("path_bad_utf8");
  });

  it("B22: 8 KiB are read and one byte more is not, query aside", () => {
    const longest = `/${"a".repeat(MAX_PATH_BYTES - 1)}`;
    expect(read(`${longest}?${"q".repeat(9000)}`)).toEqual({
      asWritten: [longest],
      stripped: undefined,
      query: "q".repeat(9000),
    });
    expect(read(`${longest}a`)).toBe("path_too_long");
    expect(read(`${longest}a?q`)).toBe("path_too_long");
    expect(read(`${longest.slice(0, -2)}%61`)).toBe("path_too_long");
  });
});

describe("the absolute form (B19)", () => {
  for (const [raw, host, text] of [
    ["http://shop/admin", "shop", "/admin"],
    ["HTTP://SHOP:80/admin", "shop", "/admin"],
    ["https://shop.:443/admin", "Shop:443", "/admin"],
    ["http://shop:8080/admin", "shop:8080", "/admin"],
    ["http://shop", "shop", "/"],
    ["http://shop?x", "shop", "/"],
    ["http://[::1]/admin", "[0:0::1]", "/admin"],
  ] as const) {
    it(`is read where it agrees with Host: ${raw} at ${host}`, () => {
      const result = readPath(raw, host);
      expect(typeof result === "string" ? result : result.asWritten.text).toBe(text);
    });
  }

  for (const [raw, host] of [
    ["http://shop:81/admin", "shop"],
    ["http://shop/admin", "shop:8080"],
    ["http://shop/admin", ""],
    ["http://shop/admin", "shop,shop"],
    ["http://shop\\@other/admin", "shop"],
  ] as const) {
    it(`is refused where it does not: ${raw} at ${JSON.stringify(host)}`, () => {
      expect(readPath(raw, host)).toBe("path_host_mismatch");
    });
  }

  it("is held to the same rules behind the authority", () => {
    expect(readPath("http://shop//admin", "shop")).toBe("path_not_normalized");
    expect(readPath("http://shop/%2e%2e/admin", "shop")).toBe("path_not_normalized");
  });
});

describe("the characters that look like separators", () => {
  it("are exactly those whose NFKC form holds `/`, `\\`, `.`, `;` or `%`, and no canonical composition makes one", () => {
    const differing: number[] = [];
    for (let point = 0x80; point < 0x110000; point++) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      if (LOOKALIKE.test(character) !== /[/\\.;%]/.test(character.normalize("NFKC"))) differing.push(point);
      if (!LOOKALIKE.test(character) && /[/\\.;%?#]/.test(character.normalize("NFC"))) differing.push(point);
    }
    expect(differing).toEqual([]);
  });
});

/** The rules one by one, each on its own, slowly: every reason that applies, or what rules see. */
function readSlowly(raw: string): { readonly reasons: Set<PathReason>; readonly told: unknown } {
  const reasons = new Set<PathReason>();
  const [, path = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(raw) ?? [];
  if (!/^[A-Za-z0-9_-]*$/.test(fragment)) reasons.add("path_not_normalized");
  if (path.length > 8192) reasons.add("path_too_long");
  if (/%(?![0-9a-f]{2})/i.test(path)) reasons.add("path_bad_escape");
  if (/%(?:2f|3b|23|3f)/i.test(path)) reasons.add("path_escaped_separator");
  if (/[\0-\x20\x7f]|%[01][0-9a-f]|%7f/i.test(path)) reasons.add("path_control_byte");
  if (/\\|%5c/i.test(path)) reasons.add("path_backslash");
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (/%25[0-9a-f]{2}/i.test(path) || /%[0-9a-f]{2}/i.test(bytes)) reasons.add("path_double_escaped");
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    reasons.add("path_bad_utf8");
  }
  if (/[\u0080-\u009f]/.test(text)) reasons.add("path_control_byte");
  if (Array.from(text).some((character) => character > "\x7f" && /[/\\.;%]/.test(character.normalize("NFKC"))))
    reasons.add("path_lookalike");
  text = text.normalize("NFC");
  const stripped = text.replace(/;[^/]*/g, "");
  for (const form of [text, stripped]) {
    if (/\/\/|\/\.\.?(?=\/|$)/s.test(form)) reasons.add("path_not_normalized");
  }
  const forms = (form: string): string[] => (form.length > 1 && form.endsWith("/") ? [form, form.slice(0, -1)] : [form]);
  return { reasons, told: { asWritten: forms(text), stripped: stripped === text ? undefined : forms(stripped), query } };
}

describe("reading a path", () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("/", "a", "admin", ".", "..", ";", "x=1") },
    {
      weight: 2,
      arbitrary: fc.constantFrom("%2e", "%2F", "%61", "%25", "%", "%4", "41", "%C3%A9", "%C3", "%A9", "%00", "%5c", "%7e", "%20"),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "?",
        "#",
        "\\",
        "\t",
        " ",
        "e%CC%81",
        "\xc3\xa9",
        "\xff",
        "%EF%BC%8F",
        "%CD%BE",
        "%C2%85",
        "{",
        "*",
      ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, "0")}`) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) },
  );

  it("agrees with the rules taken one by one", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const raw = `/${pieces.join("")}`;
        const slow = readSlowly(raw);
        const result = readPath(raw, "shop");
        const told = typeof result === "string" && slow.reasons.has(result) ? "refused" : tell(result);
        expect(told).toEqual(slow.reasons.size > 0 ? "refused" : slow.told);
      }),
      { numRuns: 20_000 },
    );
  });

  const segment = fc
    .array(
      fc.oneof(
        fc.constantFrom(" ", "a", "é", "\u0301", "日", "*", "{"),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .map((characters) => characters.join("").replaceAll(/[/\\.;%?#\p{Cc}\p{Cs}]/gu, "_"));

  it("gives a text that reads as itself once its escapes are written again", () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const raw = `/${segments.map(encodeURIComponent).join("/")}`;
        const result = readPath(raw, "shop");
        fc.pre(result !== "path_lookalike");
        expect(tell(result)).toEqual({ asWritten: [`/${segments.join("/")}`.normalize("NFC")], stripped: undefined, query: "" });
      }),
      { numRuns: 1000 },
    );
  });

  it("splits segments when they are asked for", () => {
    const result = readPath("/a/b/", "shop");
    expect(typeof result === "string" ? result : [result.asWritten.segments, result.asWritten.withoutSlash?.segments]).toEqual([
      ["a", "b", ""],
      ["a", "b"],
    ]);
  });
});
