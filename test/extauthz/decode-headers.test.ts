import { expect, test } from "vitest";
import { createCheckDecoder } from "../../src/extauthz/decode.ts";
import type { HeaderView } from "../../src/policy/model/request.ts";
import { checkOfHttp, concat, field, joinedHeader, rawHeader } from "./wire-bytes.ts";

const decode = createCheckDecoder();

function headersOf(...fields: readonly Uint8Array[]): HeaderView {
  const decoded = decode(checkOfHttp(...fields));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.request.headers;
}

function reason(...fields: readonly Uint8Array[]): string {
  const decoded = decode(checkOfHttp(...fields));
  return decoded.ok ? "ok" : decoded.reason;
}

const ENCODINGS = [
  ["headers", joinedHeader],
  ["header_map", rawHeader],
] as const;

test("every value of a repeated header is kept in its order, wherever the bad one stands (B35)", () => {
  const header = headersOf(
    rawHeader("x-role", "user"),
    rawHeader("other", "1"),
    rawHeader("x-role", "admin"),
    rawHeader("x-role", "user"),
  );
  expect(header.values("x-role")).toEqual(["user", "admin", "user"]);
  expect(headersOf(joinedHeader("x-role", "user,admin,user")).values("x-role")).toEqual(["user", "admin", "user"]);
});

test("a comma is part of a value in header_map and divides it in headers (B37)", () => {
  expect(headersOf(rawHeader("x-a", "1, 2")).values("x-a")).toEqual(["1, 2"]);
  expect(headersOf(joinedHeader("x-a", "1 ,\t 2,,3")).values("x-a")).toEqual(["1", "2", "", "3"]);
});

for (const [name, value] of [
  ["date", "Tue, 24 Nov 2026 13:00:00 GMT"],
  ["if-modified-since", "Tue, 24 Nov 2026 13:00:00 GMT"],
  ["user-agent", "Mozilla/5.0 (KHTML, like Gecko)"],
  ["x-forwarded-client-cert", 'By=spiffe://a;Subject="CN=a,O=b"'],
] as const) {
  test(`\`${name}\` is one value even with a comma`, () => {
    expect(headersOf(joinedHeader(name, value)).values(name)).toEqual([value]);
  });
}

test("a credential behind a comma is a second one", () => {
  expect(headersOf(joinedHeader("authorization", "Bearer a,Bearer b")).values("authorization")).toEqual(["Bearer a", "Bearer b"]);
  expect(headersOf(joinedHeader("cookie", "a=1,role=evil")).values("cookie")).toEqual(["a=1", "role=evil"]);
});

test("a map that names a header twice keeps both values", () => {
  expect(headersOf(joinedHeader("x-a", "1"), joinedHeader("x-a", "2")).values("x-a")).toEqual(["1", "2"]);
});

test("a value in raw_value, in value, or before its key is the same", () => {
  const raw = field(13, field(1, concat(field(3, "v"), field(1, "x-a"))));
  const plain = field(13, field(1, concat(field(1, "x-a"), field(2, "v"))));
  const entry = field(3, concat(field(2, "v"), field(1, "x-a")));
  expect([raw, plain, entry].map((header) => headersOf(header).values("x-a"))).toEqual([["v"], ["v"], ["v"]]);
});

test("a value given twice over, as text and as bytes, is refused", () => {
  const both = concat(field(1, "x-a"), field(2, "v"), field(3, "v"));
  expect(reason(field(13, field(1, both)))).toBe("header_invalid");
  // In a map entry field 3 is unknown.
  expect(headersOf(field(3, both)).values("x-a")).toEqual(["v"]);
});

test("a long value and a long name are read whole", () => {
  const long = "v".repeat(20_000);
  const name = "n".repeat(200);
  expect(headersOf(rawHeader("x-a", long), rawHeader(name, "1")).values("x-a")).toEqual([long]);
  expect(headersOf(rawHeader("x-a", long), rawHeader(name, "1")).values(name)).toEqual(["1"]);
});

test("bytes that are UTF-8 read as UTF-8, others as one character a byte (B38)", () => {
  expect(headersOf(rawHeader("x-a", "\u00c3\u00a9")).values("x-a")).toEqual(["\u00e9"]);
  expect(headersOf(rawHeader("x-a", "a\u00e9\u00ff")).values("x-a")).toEqual(["a\u00e9\u00ff"]);
});

test("an empty value is there, an absent header is not (B43)", () => {
  expect(headersOf(rawHeader("x-a", "")).values("x-a")).toEqual([""]);
  expect(headersOf(joinedHeader("x-a", "")).values("x-a")).toEqual([""]);
  expect(headersOf(field(13, field(1, field(1, "x-a")))).values("x-a")).toEqual([""]);
  expect(headersOf(rawHeader("x-a", "")).values("x-b")).toEqual([]);
});

test("pseudo-headers are no headers", () => {
  const header = headersOf(rawHeader(":path", "/a"), joinedHeader(":authority", "b"), rawHeader("x-a", "1"));
  expect([header.names(), header.values(":path")]).toEqual([["x-a"], []]);
});

test("names are compared without regard to case (B40)", () => {
  const header = headersOf(rawHeader("X-Role", "a"), rawHeader("x-role", "b"));
  expect([header.names(), header.values("x-role")]).toEqual([["x-role"], ["a", "b"]]);
});

test("only letters have case: `^` is not `~`, and the Kelvin sign is no token at all (B91)", () => {
  expect(headersOf(rawHeader("x^role", "a")).values("x~role")).toEqual([]);
  expect(reason(rawHeader("x-\u00e2\u0084\u00aaey", "a"))).toBe("header_invalid");
});

test("names with an underscore are told apart, in lower case", () => {
  const header = headersOf(rawHeader("X_Role", "a"), rawHeader("x-role", "b"), rawHeader("x_role", "c"));
  expect(header.namesWithUnderscore()).toEqual(["x_role"]);
  expect(headersOf(rawHeader("x-role", "b")).namesWithUnderscore()).toEqual([]);
});

for (const [encoding, header] of ENCODINGS) {
  for (const [what, name] of [
    ["no name", ""],
    ["a space after the name", "x-role "],
    ["a space in the name", "x role"],
    ["a colon in the name", "x-role:"],
    ["a NUL in the name", "x-role\0"],
    ["a slash in a long name", "x-forwarded-pre/fix"],
    ["obs-text in the name", "x-r\u00f4le"],
    ["DEL in the name", "x-ro\u007fe"],
  ] as const) {
    test(`${what} is header_invalid in ${encoding} (B40)`, () => {
      expect(reason(header(name, "value"))).toBe("header_invalid");
    });
  }

  test(`a control byte at any place of a value of any length is header_invalid in ${encoding} (B39)`, () => {
    for (const control of ["\0", "\r", "\n", "\u0001", "\u001f"]) {
      for (let length = 1; length <= 12; length++) {
        for (let place = 0; place < length; place++) {
          const value = `${"\u00ff".repeat(place)}${control}${"a".repeat(length - place - 1)}`;
          expect([value, reason(header("x-a", value))]).toEqual([value, "header_invalid"]);
        }
      }
    }
  });

  test(`tabs and every byte from the space on are allowed in a value in ${encoding}`, () => {
    const all = Array.from({ length: 0xe0 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
    expect(reason(header("x-a", `a\tb${all}`))).toBe("ok");
  });

  test(`100 headers are read and 101 are refused in ${encoding} (B44)`, () => {
    const many = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => header(`x-${index}`, "1"));
    expect(reason(header(":path", "/"), ...many(100))).toBe("ok");
    expect(reason(header(":path", "/"), ...many(101))).toBe("headers_too_many");
  });

  test(`64 KiB of names and values are read and a byte more is refused in ${encoding} (B44)`, () => {
    expect(reason(header("x-a", "v".repeat(65_533)))).toBe("ok");
    expect(reason(header("x-a", "v".repeat(65_534)))).toBe("headers_too_large");
  });
}
