import { describe, expect, it } from "vitest";
import { checkMethod, compileMethods, isMethod } from "../../../src/policy/match/method.ts";

describe("a method", () => {
  it("B25: is upper-case letters, exactly", () => {
    const texts = ["GET", "PURGE", "get", "Get", "", "M-SEARCH", "GET ", " GET", "GET\0", "ＧＥＴ", "G3T"];
    expect(texts.filter(isMethod)).toEqual(["GET", "PURGE"]);
  });

  it("is matched exactly by a policy's list", () => {
    const several = compileMethods(["GET", "POST"], { getCoversHead: false });
    const one = compileMethods(["GET"], { getCoversHead: false });
    expect([
      ["GET", "POST", "HEAD", "DELETE"].map((method) => several.matches(method)),
      ["GET", "HEAD"].map((method) => one.matches(method)),
    ]).toEqual([
      [true, true, false, false],
      [true, false],
    ]);
  });

  it("B25: HEAD is covered by GET where matching refuses", () => {
    const deny = compileMethods(["GET"], { getCoversHead: true });
    const post = compileMethods(["POST"], { getCoversHead: true });
    expect([
      ["GET", "HEAD", "POST"].map((method) => deny.matches(method)),
      ["HEAD", "POST"].map((method) => post.matches(method)),
    ]).toEqual([
      [true, true, false],
      [false, true],
    ]);
  });

  it("matches a star whatever it is, and nothing where the list is empty", () => {
    expect([
      compileMethods(["*"], { getCoversHead: false }).matches("PURGE"),
      compileMethods([], { getCoversHead: true }).matches("GET"),
    ]).toEqual([true, false]);
  });

  it("is refused in a policy where no request can have it, with the right spelling", () => {
    expect(["GET", "*", "get", "G-T"].map(checkMethod)).toEqual([
      undefined,
      undefined,
      { message: "`get` matches no request: methods are upper-case letters", help: "write `GET`" },
      {
        message: "`G-T` matches no request: methods are upper-case letters",
        help: "write a method such as `GET`, or `*` for any",
      },
    ]);
  });
});
