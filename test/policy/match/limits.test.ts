import { describe, expect, it } from "vitest";
import { headerLimit } from "../../../src/policy/match/limits.ts";

describe("the bounds of headers (B44)", () => {
  it("are 100 fields and 64 KiB, each inclusive", () => {
    expect([headerLimit(100, 65_536), headerLimit(101, 10), headerLimit(100, 65_537), headerLimit(0, 0)]).toEqual([
      undefined,
      "headers_too_many",
      "headers_too_large",
      undefined,
    ]);
  });
});
