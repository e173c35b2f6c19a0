import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeAnswer } from "../../src/extauthz/encode.ts";
import { createAnswerRenderer, prepareMetadata } from "../../src/extauthz/prepare-answer.ts";
import type { AllowAnswer, DenyAnswer } from "../../src/policy/model/decision.ts";
import { decodeCheckResponse } from "./wire-types.ts";

const header = fc.tuple(fc.stringMatching(/^[a-z-]{1,8}$/), fc.stringMatching(/^[\x20-\x7e]{0,200}$/));
const answer: fc.Arbitrary<AllowAnswer | DenyAnswer> = fc.oneof(
  fc.record({
    kind: fc.constant("allow" as const),
    setHeaders: fc.array(header, { maxLength: 3 }),
    removeHeaders: fc.array(fc.stringMatching(/^[a-z-]{1,8}$/), { maxLength: 3 }),
    removeQueryParameters: fc.array(fc.string({ unit: "binary" }), { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("deny" as const),
    status: fc.integer({ min: 300, max: 599 }),
    headers: fc.array(header, { maxLength: 3 }),
    body: fc.string({ unit: "binary", maxLength: 300 }),
  }),
);
/** Around the lengths at which a length takes another byte. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.integer({ min: 100, max: 140 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 16_300, max: 16_400 }).map((length) => "é".repeat(length)),
);
const texts = fc.array(fc.option(text, { nil: undefined }), { maxLength: 4 });

test("a rendered answer says what the same answer says when it is encoded whole", () => {
  const renderer = createAnswerRenderer();
  fc.assert(
    fc.property(
      answer,
      fc.dictionary(fc.stringMatching(/^fixed-[a-z]{0,4}$/), text, { maxKeys: 3 }),
      texts,
      (parts, fixed, changing) => {
        const metadata = prepareMetadata(
          fixed,
          changing.map((_, index) => `changing-${index}`),
        );
        const whole = { ...fixed };
        changing.forEach((content, index) => {
          if (content !== undefined) whole[`changing-${index}`] = content;
        });
        const expected = decodeCheckResponse(encodeAnswer(parts, whole));
        expect(decodeCheckResponse(renderer.render(parts, metadata, changing))).toEqual(expected);
        expect(decodeCheckResponse(renderer.render(parts, metadata, changing))).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

test("one answer rendered for two requests keeps each one's texts", () => {
  const renderer = createAnswerRenderer();
  const metadata = prepareMetadata({ policy: "shop/orders" }, ["decision_id", "principal"]);
  const denied: DenyAnswer = { kind: "deny", status: 403, headers: [], body: "no\n" };
  const first = renderer.render(denied, metadata, ["d1", "spiffe://a"]);
  const second = renderer.render(denied, metadata, ["d2", undefined]);
  const said = (fields: object): object => ({
    status: { code: 7 },
    deniedResponse: { status: { code: 403 }, body: "no\n" },
    dynamicMetadata: { fields: { policy: { stringValue: "shop/orders" }, ...fields } },
  });
  expect([decodeCheckResponse(first), decodeCheckResponse(second)]).toEqual([
    said({ decision_id: { stringValue: "d1" }, principal: { stringValue: "spiffe://a" } }),
    said({ decision_id: { stringValue: "d2" } }),
  ]);
});

test("whatever an answer sets and removes, each header is written or removed, and lengths stay right", () => {
  const content = fc.oneof(
    fc.stringMatching(/^[!-~]{1,20}$/),
    fc.integer({ min: 100, max: 150 }).map((length) => "v".repeat(length)),
    fc.integer({ min: 16_300, max: 16_400 }).map((length) => "v".repeat(length)),
    fc.constantFrom("", "é", "a\nb"),
  );
  const own = fc.stringMatching(/^x-[a-z]{1,8}$/);
  const renderer = createAnswerRenderer();
  const metadata = prepareMetadata({}, []);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(own, content), { minLength: 1, maxLength: 4 }),
      fc.array(own, { maxLength: 4 }),
      (setHeaders, removeHeaders) => {
        const fits = ([, value]: readonly [string, string]): boolean => /^[!-~]+$/.test(value);
        const headers = setHeaders.filter(fits).map(([key, value]) => ({ header: { key, value }, appendAction: 2 }));
        const headersToRemove = [...setHeaders.filter((pair) => !fits(pair)).map(([key]) => key), ...removeHeaders];
        expect(
          decodeCheckResponse(
            renderer.render({ kind: "allow", setHeaders, removeHeaders, removeQueryParameters: [] }, metadata, []),
          ),
        ).toEqual({
          status: {},
          okResponse: { ...(headers.length > 0 && { headers }), ...(headersToRemove.length > 0 && { headersToRemove }) },
          dynamicMetadata: {},
        });
      },
    ),
    { numRuns: 150 },
  );
});
