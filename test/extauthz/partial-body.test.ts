import { expect, test } from "vitest";
import { createCheckDecoder } from "../../src/extauthz/decode.ts";
import type { RequestBody } from "../../src/policy/model/request.ts";
import { encodeCheckRequest } from "./wire-types.ts";

const decode = createCheckDecoder();

function bodyOf(http: object, maxRequestBytes = "5"): RequestBody | undefined {
  const contextExtensions = { "sallyport.maxRequestBytes": maxRequestBytes };
  const decoded = decode(encodeCheckRequest({ attributes: { request: { http }, contextExtensions } }));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.request.body;
}

const PARTIAL = "x-envoy-auth-partial-body";

function headers(...pairs: readonly (readonly [string, string])[]): object {
  return { headerMap: { headers: pairs.map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) } };
}

for (const [what, http, truncated] of [
  ["Envoy says that it is whole", { size: 4, ...headers([PARTIAL, "false"]) }, false],
  [
    "Envoy says that it is whole, as does the length",
    { size: 4, ...headers(["content-length", "4"], [PARTIAL, "false"]) },
    false,
  ],
  ["the size is unknown", { size: -1, ...headers([PARTIAL, "false"]) }, false],
  ["nobody says anything but the length", headers(["content-length", "4"]), false],
  ["Envoy says that it is a part", { size: 4, ...headers([PARTIAL, "true"]) }, true],
  ["the caller's word stands beside Envoy's (B80)", { size: 4, ...headers([PARTIAL, "false"], [PARTIAL, "true"]) }, true],
  ["the caller's word is joined to Envoy's (B80)", { size: 4, headers: { [PARTIAL]: "false,true" } }, true],
  ["nobody says anything (B71)", { size: 4, ...headers() }, true],
  ["more bytes were received than are here", { size: 5, ...headers([PARTIAL, "false"]) }, true],
  ["the length says more", { size: 4, ...headers(["content-length", "5"], [PARTIAL, "false"]) }, true],
  ["the length says less", { size: 4, ...headers(["content-length", "3"], [PARTIAL, "false"]) }, true],
  ["there are two lengths", { size: 4, ...headers(["content-length", "4"], ["content-length", "4"], [PARTIAL, "false"]) }, true],
  ["the length is no number", { size: 4, ...headers(["content-length", "4a"]) }, true],
] as const) {
  test(`a body is ${truncated ? "possibly a part" : "whole"} where ${what}`, () => {
    expect(bodyOf({ rawBody: Buffer.from("1234"), ...http })).toEqual({ bytes: Buffer.from("1234"), truncated });
    expect(bodyOf({ body: "1234", ...http })).toEqual({ bytes: Buffer.from("1234"), truncated });
  });
}

test("a body that Envoy buffered and found empty is there", () => {
  expect(bodyOf(headers([PARTIAL, "false"]))).toEqual({ bytes: Buffer.alloc(0), truncated: false });
});

test("a request whose body Envoy did not buffer has none", () => {
  expect(bodyOf({ size: 0, ...headers(["content-length", "4"]) })).toBeUndefined();
});

for (const limit of ["4", "3", "", "many", "-1", "5 "]) {
  test(`a body without a length is possibly a part where the limit is \`${limit}\`, whatever Envoy says (B71)`, () => {
    expect(bodyOf({ size: 4, rawBody: Buffer.from("1234"), ...headers([PARTIAL, "false"]) }, limit)?.truncated).toBe(true);
  });
}

test("a body of its declared length is whole without a known limit", () => {
  const { truncated } = bodyOf({ rawBody: Buffer.from("1234"), ...headers(["content-length", "4"], [PARTIAL, "false"]) }, "")!;
  expect(truncated).toBe(false);
});
