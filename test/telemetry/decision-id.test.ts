import { describe, expect, test } from "vitest";
import { createDecisionIds } from "../../src/telemetry/decision-id.ts";

describe("a decision id", () => {
  test("is twenty characters of base32hex, and never the same twice", () => {
    const next = createDecisionIds();
    const ids = Array.from({ length: 5_000 }, next);
    expect(ids.filter((id) => !/^[0-9a-v]{20}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(5_000);
  });

  test("comes from the random bytes alone, five bits of each", () => {
    let fills = 0;
    const next = createDecisionIds((bytes) => {
      fills++;
      for (const index of bytes.keys()) bytes[index] = index % 256;
    });
    expect([next(), next()]).toEqual(["0123456789abcdefghij", "klmnopqrstuv01234567"]);
    for (let index = 2; index < 401; index++) next();
    expect(fills).toBe(2);
  });
});
