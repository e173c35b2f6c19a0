import { expect, test } from "vitest";
import { isSettableHeader, isSettableHeaderValue } from "../../../src/policy/model/settable-header.ts";

for (const name of ["x-user", "cookie", "authorization", "x-forwarded-for", "accept", "x-b3-traceid", "x.y~z"]) {
  test(`\`${name}\` may be set`, () => {
    expect(isSettableHeader(name)).toBe(true);
  });
}

for (const name of [
  "",
  ":path",
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "te",
  "upgrade",
  "x-envoy-original-path",
  "x-envoy-",
  "x-forwarded-client-cert",
  "X-User",
  "x_user",
  "x user",
  "x-user\n",
  "x-us\u00e9r",
  "x".repeat(257),
]) {
  test(`\`${JSON.stringify(name).slice(0, 40)}\` may not be set (B46)`, () => {
    expect(isSettableHeader(name)).toBe(false);
  });
}

test("a value is visible ASCII with spaces inside (B45)", () => {
  const values = ["a", "a b", "a\tb", '"{}"', "", " a", "a ", "a\n", "a\r\nb", "a\0", "\u00e9", "a\u007f"];
  expect(values.map(isSettableHeaderValue)).toEqual([true, true, true, true, ...Array<boolean>(8).fill(false)]);
});
