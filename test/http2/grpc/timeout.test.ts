import { expect, test } from "vitest";
import { parseGrpcTimeout } from "../../../src/http2/grpc/timeout.ts";

const timeouts: readonly (readonly [text: string, ms: number | undefined])[] = [
  ["1H", 3_600_000],
  ["2M", 120_000],
  ["3S", 3_000],
  ["200m", 200],
  ["1500u", 1.5],
  ["99999999n", 99.999_999],
  ["0m", 0],
  ["", undefined],
  ["m", undefined],
  ["5", undefined],
  ["100000000m", undefined],
  ["-1m", undefined],
  ["1.5S", undefined],
  ["1 S", undefined],
  ["1s", undefined],
  ["1ms", undefined],
];

for (const [text, ms] of timeouts) {
  test(`grpc-timeout ${JSON.stringify(text)} is ${ms === undefined ? "refused" : `${ms} ms`}`, () => {
    const parsed = parseGrpcTimeout(text);
    expect(parsed === undefined ? undefined : Number(parsed.toFixed(6))).toBe(ms);
  });
}
