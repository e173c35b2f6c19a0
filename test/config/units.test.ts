import { describe, expect, test } from "vitest";
import { durationBetween, parseDuration } from "../../src/config/duration.ts";
import { oneOf, parsePath, parseShare, parseTrustDomain, wholeBetween } from "../../src/config/scalar.ts";
import { sizeBetween } from "../../src/config/size.ts";

const durationHelp = "write a number and a unit, `ms`, `s`, `m` or `h`: `30s`, `5m`, `1h30m`";

describe("durations", () => {
  for (const [text, value] of [
    ["0", 0],
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1_500],
  ] as const) {
    test(`\`${text}\` is ${value} ms`, () => expect(parseDuration(text)).toEqual({ ok: true, value }));
  }

  for (const [text, message] of [
    ["30", "`30` has no unit"],
    ["", "`` is not a duration"],
    ["-1s", "`-1s` is not a duration"],
    ["30 s", "`30 s` is not a duration"],
    ["30S", "`30S` is not a duration"],
    ["1d", "`1d` is not a duration"],
    ["s", "`s` is not a duration"],
  ] as const) {
    test(`\`${text}\` is refused`, () => expect(parseDuration(text)).toEqual({ ok: false, message, help: durationHelp }));
  }

  test("one that a timer cannot keep is refused", () => {
    expect(parseDuration("600h")).toEqual({
      ok: false,
      message: "`600h` is longer than 24 days",
      help: "write a shorter duration",
    });
  });

  test("a bound is told in its own notation, and zero passes only where it means something", () => {
    const refused = { ok: false, message: "`0` is not between 1s and 1h", help: "choose a value from `1s` to `1h`" };
    expect(durationBetween("1s", "1h")("0")).toEqual(refused);
    expect(durationBetween("1s", "1h", "or 0")("0")).toEqual({ ok: true, value: 0 });
    expect(durationBetween("1s", "1h")("2h")).toEqual({ ...refused, message: "`2h` is not between 1s and 1h" });
  });
});

describe("sizes", () => {
  const parse = sizeBetween(1_024, 1_048_576);
  for (const [text, value] of [
    ["64KiB", 65_536],
    ["1MiB", 1_048_576],
    ["2048", 2_048],
    ["2Ki", 2_048],
    ["2kB", 2_000],
  ] as const) {
    test(`\`${text}\` is ${value} bytes`, () => expect(parse(text)).toEqual({ ok: true, value }));
  }

  for (const text of ["", "64 KiB", "64kib", "-1", "1.5MiB", "64GiB"]) {
    test(`\`${text}\` is refused`, () => {
      const help = "write a number of bytes, or one with `KiB` or `MiB`: `64KiB`";
      expect(parse(text)).toEqual({ ok: false, message: `\`${text}\` is not a size`, help });
    });
  }

  test("one outside its bounds is refused with the bounds", () => {
    const range = "from `1KiB` to `1MiB`";
    expect(parse("2MiB")).toEqual({ ok: false, message: `\`2MiB\` is not ${range}`, help: `choose a size ${range}` });
  });
});

describe("scalars", () => {
  test("a word is one of the choices, exactly", () => {
    const parse = oneOf(["Deny", "Allow"]);
    expect(parse("Allow")).toEqual({ ok: true, value: "Allow" });
    expect(parse("allow")).toEqual({
      ok: false,
      message: "`allow` is not one of `Deny`, `Allow`",
      help: "did you mean `Allow`? The choices are `Deny`, `Allow`",
    });
    expect(parse("reject")).toEqual({
      ok: false,
      message: "`reject` is not one of `Deny`, `Allow`",
      help: "choose one of `Deny`, `Allow`",
    });
  });

  test("a whole number has digits only", () => {
    const parse = wholeBetween(1, 100);
    expect(parse("100")).toEqual({ ok: true, value: 100 });
    for (const text of ["0", "101", "1e2", "0x10", " 1", "1.0", ""]) {
      const help = "write digits only, for instance `1`";
      expect(parse(text)).toEqual({ ok: false, message: `\`${text}\` is not a whole number from 1 to 100`, help });
    }
  });

  test("a share is between 0 and 1", () => {
    for (const [text, value] of [
      ["0", 0],
      ["0.25", 0.25],
      [".5", 0.5],
      ["1", 1],
    ] as const)
      expect(parseShare(text)).toEqual({ ok: true, value });
    for (const text of ["1.1", "-0", "10%", "NaN", "", "1e-1"]) expect(parseShare(text).ok).toBe(false);
  });

  test("a trust domain is lower case and no URI, and its right spelling is told", () => {
    expect(parseTrustDomain("cluster.local")).toEqual({ ok: true, value: "cluster.local" });
    const message = "`spiffe://Corp/ns` is not a trust domain";
    expect(parseTrustDomain("spiffe://Corp/ns")).toEqual({ ok: false, message, help: "write `corp`" });
    expect(parseTrustDomain("a b")).toEqual({
      ok: false,
      message: "`a b` is not a trust domain",
      help: "use lower-case letters, digits, `.`, `-` and `_`, like `cluster.local`",
    });
  });

  test("a path may hold anything but NUL", () => {
    expect(parsePath("./a b")).toEqual({ ok: true, value: "./a b" });
    expect(parsePath("a\0b")).toEqual({ ok: false, message: "the path holds a NUL byte", help: "remove it" });
  });
});
