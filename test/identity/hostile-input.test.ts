import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJwkSet } from "../../src/identity/jwt/jwk-set.ts";
import { readForwardedCertificate } from "../../src/identity/mtls/certificate.ts";
import { parseSubjectAltName } from "../../src/identity/mtls/subject-alt-name.ts";
import { parseXfcc, readXfccPeer } from "../../src/identity/mtls/xfcc.ts";
import { createBench } from "./credentials.ts";
import { encode, goodClaims, inline, makeKey, makeMethod, makeProvider, makeToken } from "./issuer.ts";

const key = makeKey("ES256", "key");
const provider = makeProvider({ keys: inline(key) });
const method = makeMethod(provider);
const { ports } = createBench([provider]);
const good = makeToken(key);

const character = fc.oneof(
  fc.constantFrom(...'AZaz09-_.="\\,;:%{}[] \0\n'.split("")),
  fc.nat(0x2ff).map((code) => String.fromCharCode(code)),
);
const noise = fc.string({ unit: character, maxLength: 30 });

describe("hostile input", () => {
  it("makes no token good, in whatever place a good one is cut, repeated or changed", () => {
    const accepted: string[] = [];
    const place = fc.nat(good.length);
    fc.assert(
      fc.property(place, place, noise, (from, to, insert) => {
        const token = good.slice(0, from) + insert + good.slice(to);
        ports.issuerOf(token);
        const verification = ports.verifyJwt(method, token);
        if (token !== good && (verification instanceof Promise || verification.ok)) accepted.push(token);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toEqual([]);
  });

  it("in a token's JSON is refused with a reason, and never fails ourselves", () => {
    const reasons = new Set<string>();
    const json = fc.oneof(noise, fc.json(), fc.constant(JSON.stringify(goodClaims)), fc.constant('{"alg":"ES256","kid":"key"}'));
    const reserved = fc.record(
      Object.fromEntries(
        ["iss", "aud", "exp", "nbf", "iat", "sub", "scope", "alg", "kid", "typ"].map((name) => [name, fc.jsonValue()]),
      ),
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      json,
      reserved.map((object) => JSON.stringify({ ...goodClaims, ...object })),
    );
    fc.assert(
      fc.property(text, text, (header, payload) => {
        const verification = ports.verifyJwt(method, `${encode(header)}.${encode(payload)}.${"A".repeat(86)}`);
        reasons.add(verification instanceof Promise || verification.ok ? "accepted" : verification.reason);
      }),
      { numRuns: 3000 },
    );
    expect([...reasons].filter((reason) => !reason.startsWith("token_"))).toEqual([]);
  });

  it("in the place of a peer names nobody or throws nothing", () => {
    const readers = [parseSubjectAltName, readForwardedCertificate, parseXfcc, readXfccPeer, readJwkSet];
    const text = fc.array(
      fc.oneof(noise, fc.constantFrom("URI:", "DNS:", ", ", "URI=", "By=", "spiffe://td/x", '"', '\\"', '{"keys":[', "]}")),
      {
        maxLength: 8,
      },
    );
    const read = () =>
      fc.assert(
        fc.property(text, (parts) => {
          for (const reader of readers) reader(parts.join(""));
        }),
        { numRuns: 3000 },
      );
    expect(read).not.toThrow();
  });

  it("of the largest size costs a few milliseconds at most", () => {
    const size = 64 * 1024;
    const texts = ['"', "\\", ",", ";", "=", ".", "URI=a,", "URI:a, ", '\\"', "%41", "[", "{", "9", "eyJ.", '"\\"'].map((each) =>
      each.repeat(Math.ceil(size / each.length)).slice(0, size),
    );
    const tokens = texts.map((text) => `${encode("{}")}.${encode(`{"a":${text.slice(0, 11_000)}`)}.AAAA`);
    const actions: (() => unknown)[] = [
      ...texts.flatMap((text) =>
        [parseSubjectAltName, readForwardedCertificate, parseXfcc, readJwkSet].map((read) => () => read(text)),
      ),
      ...texts.map((text) => () => parseSubjectAltName(`DNS:"${text}`)),
      ...texts.map((text) => () => parseXfcc(`Subject="${text.slice(0, -10)}`)),
      ...[...texts, ...tokens].flatMap((text) => [() => ports.issuerOf(text), () => ports.verifyJwt(method, text)]),
    ];
    const slowest = Math.max(
      ...actions.map((action) => {
        const times = [1, 2, 3].map(() => {
          const start = process.cpuUsage();
          action();
          const { user, system } = process.cpuUsage(start);
          return (user + system) / 1000;
        });
        return Math.min(...times);
      }),
    );
    expect(slowest).toBeLessThan(20);
  });
});
