import { expect, test } from "vitest";
import { encodeAnswer } from "../../src/extauthz/encode.ts";
import type { AllowAnswer, DenyAnswer } from "../../src/policy/model/decision.ts";
import { decodeCheckResponse } from "./wire-types.ts";

const ALLOW: AllowAnswer = { kind: "allow", setHeaders: [], removeHeaders: [], removeQueryParameters: [] };
const DENY: DenyAnswer = { kind: "deny", status: 403, headers: [], body: "" };

test("an answer that changes nothing is an explicit OK", () => {
  expect(decodeCheckResponse(encodeAnswer(ALLOW, {}))).toEqual({ status: {}, okResponse: {}, dynamicMetadata: {} });
});

test("headers are set with overwrite, and headers and query parameters are removed", () => {
  const answer: AllowAnswer = {
    kind: "allow",
    setHeaders: [
      ["x-user", "alice"],
      ["cookie", "a=1; b=2"],
    ],
    removeHeaders: ["authorization", "x_user"],
    removeQueryParameters: ["access_token"],
  };
  expect(decodeCheckResponse(encodeAnswer(answer, { decision_id: "d1" }))).toEqual({
    status: {},
    okResponse: {
      headers: [
        { header: { key: "x-user", value: "alice" }, appendAction: 2 },
        { header: { key: "cookie", value: "a=1; b=2" }, appendAction: 2 },
      ],
      headersToRemove: ["authorization", "x_user"],
      queryParametersToRemove: ["access_token"],
    },
    dynamicMetadata: { fields: { decision_id: { stringValue: "d1" } } },
  });
});

for (const value of ["a\r\nx-admin: 1", "a\nb", "a\0b", "\u00e9", "\u{1f600}", "", " a", "a ", "\ta"]) {
  test(`the value ${JSON.stringify(value)} is not sent, and what the caller sent goes (B45)`, () => {
    expect(decodeCheckResponse(encodeAnswer({ ...ALLOW, setHeaders: [["x-user", value]] }, {}))).toMatchObject({
      okResponse: { headersToRemove: ["x-user"] },
    });
    expect(decodeCheckResponse(encodeAnswer({ ...DENY, headers: [["x-user", value]] }, {}))).toEqual({
      status: { code: 7 },
      deniedResponse: { status: { code: 403 } },
      dynamicMetadata: {},
    });
  });
}

for (const name of [
  ":path",
  ":authority",
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "x-envoy-original-path",
  "x-forwarded-client-cert",
  "X-User",
  "",
  "a b",
  "x_envoy_original_path",
]) {
  test(`\`${name}\` is neither set nor, where Envoy acts on it, removed (B46)`, () => {
    const answer: AllowAnswer = { ...ALLOW, setHeaders: [[name, "1"]], removeHeaders: [name] };
    expect(decodeCheckResponse(encodeAnswer(answer, {}))).toEqual({ status: {}, okResponse: {}, dynamicMetadata: {} });
  });
}

test("a denial has its own status, headers and body, and repeats a header that is repeated", () => {
  const answer: DenyAnswer = {
    kind: "deny",
    status: 401,
    headers: [
      ["www-authenticate", "Bearer"],
      ["www-authenticate", 'ApiKey realm="a"'],
      ["content-type", "application/json"],
    ],
    body: '{"reason":"unauthenticated"}\n',
  };
  expect(decodeCheckResponse(encodeAnswer(answer, {}))).toEqual({
    status: { code: 16 },
    deniedResponse: {
      status: { code: 401 },
      headers: [
        { header: { key: "www-authenticate", value: "Bearer" }, appendAction: 2 },
        { header: { key: "www-authenticate", value: 'ApiKey realm="a"' } },
        { header: { key: "content-type", value: "application/json" }, appendAction: 2 },
      ],
      body: '{"reason":"unauthenticated"}\n',
    },
    dynamicMetadata: {},
  });
});

for (const [status, http, code] of [
  [400, 400, 7],
  [401, 401, 16],
  [403, 403, 7],
  [413, 413, 7],
  [302, 302, 7],
  [503, 503, 14],
  [200, 403, 7],
  [0, 403, 7],
  [600, 403, 7],
  [Number.NaN, 403, 7],
] as const) {
  test(`a denial of status ${status} reaches the caller as ${http} and Envoy as gRPC code ${code}`, () => {
    expect(decodeCheckResponse(encodeAnswer({ ...DENY, status }, {}))).toMatchObject({
      status: { code },
      deniedResponse: { status: { code: http } },
    });
  });
}

test("metadata keeps JSON's types", () => {
  const metadata = {
    text: "é\u{1f600}",
    yes: true,
    nothing: null,
    number: 1.5,
    integer: 9007199254740991n,
    huge: 9007199254740993n,
    nan: Number.NaN,
    list: ["a", 1n, []],
    object: { a: { b: "c" } },
  };
  expect(decodeCheckResponse(encodeAnswer(DENY, metadata))).toMatchObject({
    dynamicMetadata: {
      fields: {
        text: { stringValue: "é\u{1f600}" },
        yes: { boolValue: true },
        nothing: { nullValue: 0 },
        number: { numberValue: 1.5 },
        integer: { numberValue: 9007199254740991 },
        huge: { stringValue: "9007199254740993" },
        nan: { nullValue: 0 },
        list: { listValue: { values: [{ stringValue: "a" }, { numberValue: 1 }, { listValue: {} }] } },
        object: { structValue: { fields: { a: { structValue: { fields: { b: { stringValue: "c" } } } } } } },
      },
    },
  });
});

test("a claim nested ten thousand levels deep costs neither the stack nor Envoy's patience", () => {
  let deep: readonly unknown[] = [];
  for (let level = 0; level < 10_000; level++) deep = [deep];
  const encoded = encodeAnswer(DENY, { deep: deep as never });
  expect(encoded.length).toBeLessThan(200);
  expect(decodeCheckResponse(encoded)).toMatchObject({ status: { code: 7 } });
});
