import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { JwtMethod } from "../../../src/policy/model/authentication.ts";
import { createBench, outcome } from "../credentials.ts";
import {
  encode,
  goodClaims,
  hmac,
  ISSUER,
  inline,
  makeKey,
  makeMethod,
  makeProvider,
  makeToken,
  START,
  signRaw,
} from "../issuer.ts";

const rsa = makeKey("RS256", "rsa");
const ec = makeKey("ES256", "ec");
const stranger = makeKey("RS256", "rsa");
const provider = makeProvider({ keys: inline(rsa, ec) });
const method = makeMethod(provider);
const { ports } = createBench([provider]);
const verify = (token: string, changes: Partial<JwtMethod> = {}) => outcome(ports.verifyJwt({ ...method, ...changes }, token));

const replacePart = (token: string, index: number, part: string): string => token.split(".").with(index, part).join(".");

describe("a good token", () => {
  for (const key of [rsa, ec, makeKey("PS256", "pss"), makeKey("EdDSA", "ed")]) {
    it(`of ${key.alg} gives its identity, at once`, () => {
      const own = makeProvider({ keys: inline(key) });
      const bench = createBench([own]);
      expect(bench.ports.verifyJwt(makeMethod(own), makeToken(key, { scope: "orders.read orders.write", level: 3 }))).toEqual({
        ok: true,
        identity: {
          kind: "jwt",
          provider: "shop/corp",
          subject: "alice",
          issuer: ISSUER,
          scopes: ["orders.read", "orders.write"],
          claims: {
            ...goodClaims,
            iat: BigInt(goodClaims.iat),
            exp: BigInt(goodClaims.exp),
            scope: "orders.read orders.write",
            level: 3n,
          },
        },
      });
    });
  }

  it("may call its Ed25519 signature by the new name of RFC 9864", () => {
    const key = makeKey("EdDSA", "ed");
    const own = makeProvider({ keys: inline(key) });
    expect(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(key, {}, { alg: "Ed25519" })).constructor).toBe(Object);
  });
});

describe("B56: no signature", () => {
  for (const alg of ["none", "None", "NONE", "nOnE", "", "null"]) {
    for (const key of [rsa, stranger]) {
      it(`\`alg: ${alg}\` is refused, ${key === rsa ? "with" : "without"} a real signature`, async () => {
        const signed = makeToken(key, {}, { alg });
        expect(await verify(signed)).toBe("token_algorithm_refused");
        expect(await verify(replacePart(signed, 2, ""))).toBe("token_algorithm_refused");
      });
    }
  }

  it("a missing, null, numeric or listed `alg` is refused", async () => {
    for (const alg of [undefined, null, 0, ["RS256"], { RS256: true }]) {
      expect(await verify(makeToken(rsa, {}, { alg }))).toBe("token_algorithm_refused");
    }
  });

  it("an empty signature under an accepted algorithm is refused", async () => {
    for (const key of [rsa, ec]) expect(await verify(replacePart(makeToken(key), 2, ""))).toBe("token_signature_invalid");
  });

  it("a zero ECDSA signature is refused (CVE-2022-21449)", async () => {
    expect(await verify(replacePart(makeToken(ec), 2, encode("\0".repeat(64))))).toBe("token_signature_invalid");
  });
});

describe("B57: algorithm confusion", () => {
  it("HS256 with the public key as the secret is refused, in every form of the key", async () => {
    const spki = { type: "spki", format: "pem" } as const;
    for (const secret of [
      rsa.publicKey.export(spki),
      String(rsa.publicKey.export(spki)).trim(),
      rsa.publicKey.export({ type: "pkcs1", format: "pem" }),
      rsa.publicKey.export({ type: "spki", format: "der" }),
      JSON.stringify(rsa.jwk),
      "",
    ]) {
      expect(await verify(hmac(secret, { alg: "HS256", kid: "rsa" }, goodClaims))).toBe("token_algorithm_refused");
    }
  });

  it("HS256 is refused even where a provider's object names it and its set holds a shared secret", async () => {
    const shared = JSON.stringify({ keys: [{ kty: "oct", k: encode("secret"), kid: "s", alg: "HS256" }, rsa.jwk] });
    const own = makeProvider({ keys: { from: "inline", jwks: shared }, algorithms: ["HS256", "RS256", "none"] });
    const bench = createBench([own]);
    const verifyOwn = (token: string) => outcome(bench.ports.verifyJwt(makeMethod(own), token));
    expect(await verifyOwn(hmac("secret", { alg: "HS256", kid: "s" }, goodClaims))).toBe("token_algorithm_refused");
    expect(await verifyOwn(makeToken(rsa, {}, { alg: "none" }))).toBe("token_algorithm_refused");
    expect(await verifyOwn(makeToken(rsa))).toBe("ok");
  });

  it("an algorithm that the provider's object does not list is refused, though the key could", async () => {
    const rs512 = makeKey("RS512", "rs512");
    const own = makeProvider({ keys: inline(rs512), algorithms: ["RS256"] });
    expect(await outcome(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(rs512)))).toBe("token_algorithm_refused");
  });

  it("a key serves only the algorithm, type and curve that it is for", async () => {
    expect(await verify(makeToken(rsa, {}, { alg: "PS256" }))).toBe("token_key_unknown");
    expect(await verify(makeToken(rsa, {}, { alg: "ES256" }))).toBe("token_key_unknown");
    expect(await verify(makeToken(ec, {}, { alg: "RS256" }))).toBe("token_key_unknown");
    expect(await verify(makeToken(ec, {}, { kid: "rsa" }))).toBe("token_key_unknown");
    const p384 = makeKey("ES384", "p384");
    const { alg: _, ...anyAlgorithm } = p384.jwk;
    const own = makeProvider({ keys: { from: "inline", jwks: JSON.stringify({ keys: [anyAlgorithm] }) } });
    expect(await outcome(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(p384, {}, { alg: "ES256" })))).toBe(
      "token_key_unknown",
    );
  });

  it("an ECDSA signature in DER is refused", async () => {
    const token = makeToken(ec);
    const [header, payload] = token.split(".");
    const { sign } = await import("node:crypto");
    const der = sign("sha256", Buffer.from(`${header}.${payload}`), ec.privateKey).toString("base64url");
    expect(await verify(`${header}.${payload}.${der}`)).toBe("token_signature_invalid");
  });
});

describe("B58: which key", () => {
  it("an unknown kid is refused", async () => {
    expect(await verify(makeToken(rsa, {}, { kid: "other" }))).toBe("token_key_unknown");
  });

  it("without a kid the one key that fits serves, and of many none does", async () => {
    expect(await verify(makeToken(rsa, {}, { kid: undefined }))).toBe("ok");
    const second = makeKey("RS256", "second");
    const own = makeProvider({ keys: inline(rsa, second) });
    expect(await outcome(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(rsa, {}, { kid: undefined })))).toBe(
      "token_key_unknown",
    );
  });

  it("a kid that is not a string is refused, and one that is a path or a query is just unknown", async () => {
    for (const kid of [null, 1, ["rsa"], { $ne: "" }]) expect(await verify(makeToken(rsa, {}, { kid }))).toBe("token_malformed");
    for (const kid of ["", "../../dev/null", "' OR 1=1", "__proto__", "rsa\0", "RSA"]) {
      expect(await verify(makeToken(rsa, {}, { kid }))).toBe("token_key_unknown");
    }
  });

  it("two keys under one kid are both tried", async () => {
    const own = makeProvider({ keys: inline(stranger, rsa) });
    const bench = createBench([own]);
    expect(await outcome(bench.ports.verifyJwt(makeMethod(own), makeToken(rsa)))).toBe("ok");
    expect(await outcome(bench.ports.verifyJwt(makeMethod(own), makeToken(makeKey("RS256", "rsa"))))).toBe(
      "token_signature_invalid",
    );
  });

  it("another provider's key is no key of this one, under the same kid", async () => {
    expect(await verify(makeToken(stranger))).toBe("token_signature_invalid");
  });
});

describe("B59: keys that the token brings along", () => {
  for (const header of [
    { jwk: stranger.jwk },
    { jku: "https://evil.example/jwks" },
    { x5u: "https://evil.example/cert" },
    { x5c: ["MIIB"] },
    { jwk: stranger.jwk, kid: "rsa" },
  ]) {
    it(`\`${Object.keys(header).join(", ")}\` is not looked at`, async () => {
      expect(await verify(makeToken(stranger, {}, header))).toBe("token_signature_invalid");
      expect(await verify(makeToken(rsa, {}, header))).toBe("ok");
    });
  }
});

describe("B60: the issuer", () => {
  for (const iss of [
    "https://evil.example",
    `${ISSUER}/`,
    `${ISSUER}.evil`,
    ISSUER.toUpperCase(),
    [ISSUER],
    null,
    undefined,
    "",
  ]) {
    it(`\`iss: ${JSON.stringify(iss)}\` is refused`, async () => {
      expect(await verify(makeToken(rsa, { iss }))).toBe("token_claim_invalid");
    });
  }

  it("is told unverified of what has a token's form, and of nothing else", () => {
    const forged = replacePart(makeToken(stranger), 2, "AAAA");
    expect(ports.issuerOf(forged)).toBe(ISSUER);
    expect(ports.issuerOf(hmac("x", { alg: "none" }, goodClaims))).toBe(ISSUER);
    for (const text of [
      "",
      "opaque",
      "a.b.c",
      "..",
      "eyJ.eyJ.",
      `${forged}.`,
      `Bearer ${forged}`,
      `${encode("{}")}.${encode('{"iss":1}')}.`,
    ]) {
      expect(ports.issuerOf(text)).toBeUndefined();
    }
  });
});

describe("B61: the audience", () => {
  for (const [aud, expected] of [
    ["orders", "ok"],
    [["orders"], "ok"],
    [["billing", "orders"], "ok"],
    ["orders2", "token_audience_mismatch"],
    ["order", "token_audience_mismatch"],
    ["orders ", "token_audience_mismatch"],
    ["Orders", "token_audience_mismatch"],
    ["billing orders", "token_audience_mismatch"],
    ["", "token_audience_mismatch"],
    [[], "token_audience_mismatch"],
    [undefined, "token_audience_mismatch"],
    [null, "token_claim_invalid"],
    [{ orders: true }, "token_claim_invalid"],
    [["orders", 1], "token_claim_invalid"],
    [[["orders"]], "token_claim_invalid"],
  ] as const) {
    it(`\`aud: ${JSON.stringify(aud)}\` → ${expected}`, async () => {
      expect(await verify(makeToken(rsa, { aud }))).toBe(expected);
    });
  }

  it("a method that names none accepts none", async () => {
    expect(await verify(makeToken(rsa), { audiences: [] })).toBe("token_audience_mismatch");
  });
});

describe("B62: times, with 60 s of skew", () => {
  for (const [claims, expected] of [
    [{ exp: START - 59 }, "ok"],
    [{ exp: START - 60 }, "token_expired"],
    [{ exp: START - 60.5 }, "token_expired"],
    [{ exp: START - 59.5 }, "ok"],
    [{ exp: 0 }, "token_expired"],
    [{ exp: undefined }, "token_claim_invalid"],
    [{ exp: null }, "token_claim_invalid"],
    [{ exp: String(START + 300) }, "token_claim_invalid"],
    [{ exp: [START + 300] }, "token_claim_invalid"],
    [{ exp: -1 }, "token_claim_invalid"],
    [{ exp: (START + 300) * 1000 }, "token_claim_invalid"],
    [{ exp: 1e300 }, "token_claim_invalid"],
    [{ nbf: START + 60 }, "ok"],
    [{ nbf: START + 61 }, "token_not_yet_valid"],
    [{ nbf: "0" }, "token_claim_invalid"],
    [{ nbf: null }, "token_claim_invalid"],
    [{ iat: START + 60 }, "ok"],
    [{ iat: START + 61 }, "token_not_yet_valid"],
    [{ iat: true }, "token_claim_invalid"],
    [{ iat: undefined }, "ok"],
  ] as const) {
    it(`\`${JSON.stringify(claims)}\` → ${expected}`, async () => {
      expect(await verify(makeToken(rsa, claims))).toBe(expected);
    });
  }

  for (const [claims, expected] of [
    [{ iat: START, exp: START + 300 }, "ok"],
    [{ iat: START, exp: START + 301 }, "token_lifetime_exceeded"],
    [{ iat: START - 1000, exp: START + 10 }, "token_lifetime_exceeded"],
    [{ iat: undefined }, "token_claim_invalid"],
  ] as const) {
    it(`\`${JSON.stringify(claims)}\` under a maximum of 300 s → ${expected}`, async () => {
      expect(await verify(makeToken(rsa, claims), { maxLifetime: 300 })).toBe(expected);
    });
  }

  it("an infinite `exp` is no JSON", async () => {
    const text = JSON.stringify(goodClaims).replace(String(goodClaims.exp), "1e999");
    expect(await verify(signRaw(rsa, { alg: "RS256", kid: "rsa" }, text))).toBe("token_malformed");
  });
});

describe("B67: claims", () => {
  it("a claim twice is refused, whichever comes first", async () => {
    const claims = JSON.stringify(goodClaims);
    for (const text of [
      `${claims.slice(0, -1)},"sub":"admin"}`,
      `{"sub":"admin",${claims.slice(1)}`,
      `{"s\\u0075b":"admin",${claims.slice(1)}`,
    ]) {
      expect(await verify(signRaw(rsa, { alg: "RS256", kid: "rsa" }, text))).toBe("token_malformed");
    }
  });

  it("a header member twice is refused", async () => {
    expect(await verify(signRaw(rsa, '{"alg":"none","alg":"RS256","kid":"rsa"}', goodClaims))).toBe("token_malformed");
  });

  it("`__proto__` and `constructor` are claims, and change nothing", async () => {
    const text = `{"__proto__":{"tenant":"acme","sub":"admin"},"constructor":{"prototype":1},${JSON.stringify(goodClaims).slice(1)}`;
    const verification = await ports.verifyJwt(method, signRaw(rsa, { alg: "RS256", kid: "rsa" }, text));
    if (!verification.ok) throw new Error(verification.reason);
    const { claims, subject } = verification.identity;
    expect([subject, Object.getPrototypeOf(claims), claims["tenant"], Object.keys(claims).slice(0, 2)]).toEqual([
      "alice",
      null,
      undefined,
      ["__proto__", "constructor"],
    ]);
    expect(await verify(makeToken(rsa), { requiredClaims: [{ claim: "constructor", values: [] }] })).toBe("token_claim_invalid");
    expect(await verify(makeToken(rsa), { requiredClaims: [{ claim: "__proto__", values: [] }] })).toBe("token_claim_invalid");
  });

  for (const sub of [1, null, ["alice"], { name: "alice" }, true]) {
    it(`\`sub: ${JSON.stringify(sub)}\` is refused`, async () => {
      expect(await verify(makeToken(rsa, { sub }))).toBe("token_claim_invalid");
    });
  }

  for (const [tenant, expected] of [
    ["5", "ok"],
    [["4", "5"], "ok"],
    [5, "token_claim_invalid"],
    [[5], "token_claim_invalid"],
    [["4"], "token_claim_invalid"],
    [[["5"]], "token_claim_invalid"],
    [{ 5: true }, "token_claim_invalid"],
    ["55", "token_claim_invalid"],
    [[], "token_claim_invalid"],
    [null, "token_claim_invalid"],
    [undefined, "token_claim_invalid"],
  ] as const) {
    it(`\`tenant: ${JSON.stringify(tenant)}\` where "5" is required → ${expected}`, async () => {
      expect(await verify(makeToken(rsa, { tenant }), { requiredClaims: [{ claim: "tenant", values: ["5"] }] })).toBe(expected);
    });
  }

  it("a claim that is required may be named by a JSON Pointer, and a slash inside a name is none", async () => {
    const token = makeToken(rsa, { realm: { roles: ["admin"] }, "https://example.com/root": "yes" });
    const needs = (claim: string, ...values: string[]) => verify(token, { requiredClaims: [{ claim, values }] });
    expect(await needs("/realm/roles", "admin")).toBe("ok");
    expect(await needs("/realm/roles/0", "admin")).toBe("ok");
    expect(await needs("https://example.com/root", "yes")).toBe("ok");
    expect(await needs("/realm/roles", "user")).toBe("token_claim_invalid");
    expect(await needs("/realm/__proto__")).toBe("token_claim_invalid");
    expect(await needs("realm.roles", "admin")).toBe("token_claim_invalid");
  });

  it("a claim that is required without values must be there", async () => {
    const requiredClaims = [{ claim: "tenant", values: [] }];
    expect(await verify(makeToken(rsa, { tenant: false }), { requiredClaims })).toBe("ok");
    expect(await verify(makeToken(rsa, { tenant: null }), { requiredClaims })).toBe("token_claim_invalid");
    expect(await verify(makeToken(rsa), { requiredClaims })).toBe("token_claim_invalid");
  });

  for (const [claims, scopes] of [
    [{ scope: "a b" }, ["a", "b"]],
    [{ scope: " a  b " }, ["a", "b"]],
    [{ scope: "a\tb" }, ["a\tb"]],
    [{ scp: "a b" }, ["a", "b"]],
    [{ scp: ["a", "b c", 1] }, ["a", "b c"]],
    [{ scope: "a", scp: ["admin"] }, ["a"]],
    [{ scope: "", scp: ["admin"] }, []],
    [{ scope: ["a"] }, []],
    [{ scp: 1 }, []],
    [{}, []],
  ] as const) {
    it(`\`${JSON.stringify(claims)}\` holds the scopes ${JSON.stringify(scopes)}`, async () => {
      const verification = await ports.verifyJwt(method, makeToken(rsa, claims));
      expect(verification.ok && verification.identity.scopes).toEqual(scopes);
    });
  }

  it("an empty subject is nobody", async () => {
    const verification = await ports.verifyJwt(method, makeToken(rsa, { sub: "" }));
    expect(verification.ok && "subject" in verification.identity).toBe(false);
  });
});

describe("B68: form", () => {
  const good = makeToken(ec);
  const [header = "", payload = "", signature = ""] = good.split(".");

  for (const [why, token] of [
    ["padding", `${header}.${payload}.${signature}=`],
    ["padding in the header", `${header}=.${payload}.${signature}`],
    ["white space", `${header}. ${payload}.${signature}`],
    ["a line feed at the end", `${good}\n`],
    ["the other base64 alphabet", `${header}.${payload}.${"+/".repeat(43)}`],
    ["a stray character", `${header}.${payload}!.${signature}`],
    ["a length that base64 cannot have", `${header}.${payload}.${signature.slice(0, 85)}`],
    ["trailing bits that are not zero", `${header}.${payload}.${signature.slice(0, 85)}${signature.endsWith("A") ? "B" : "_"}`],
    ["two parts", `${header}.${payload}`],
    ["four parts", `${good}.`],
    ["five parts (JWE)", "a.b.c.d.e"],
    ["an empty header", `.${payload}.${signature}`],
    ["an empty payload", `${header}..${signature}`],
    ["a payload that is no object", signRaw(ec, { alg: "ES256", kid: "ec" }, "[]")],
    ["a payload that is no UTF-8", `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.${signature}`],
    ["a byte order mark", signRaw(ec, { alg: "ES256", kid: "ec" }, `\uFEFF${JSON.stringify(goodClaims)}`)],
    ["more than 16 KiB", makeToken(ec, { pad: "x".repeat(13_000) })],
    ["a megabyte", "a".repeat(1 << 20)],
    ["deep nesting", signRaw(ec, { alg: "ES256", kid: "ec" }, `{"a":${"[".repeat(5000)}`)],
    ["`crit`", makeToken(ec, {}, { crit: ["exp"] })],
    ["an empty `crit`", makeToken(ec, {}, { crit: [] })],
    ["`crit` with b64 (RFC 7797)", makeToken(ec, {}, { crit: ["b64"], b64: false })],
    ["a logout token", makeToken(ec, {}, { typ: "logout+jwt" })],
    ["a DPoP proof", makeToken(ec, {}, { typ: "application/DPoP+JWT" })],
    ["a `typ` that is no string", makeToken(ec, {}, { typ: 1 })],
  ] as const) {
    it(`is refused with ${why}`, async () => {
      expect(await verify(token)).toBe("token_malformed");
    });
  }

  for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt", "JOSE", "application/okta-internal-at+jwt"]) {
    it(`may have \`typ: ${typ}\``, async () => {
      expect(await verify(makeToken(ec, {}, { typ }))).toBe("ok");
    });
  }

  it("is refused with any one character changed", async () => {
    for (let at = 0; at < good.length; at += 7) {
      const other = good[at] === "A" ? "B" : "A";
      expect(await verify(good.slice(0, at) + other + good.slice(at + 1))).not.toBe("ok");
    }
  });
});

describe("keys of a set", () => {
  const weak = makeKey("RS256", "weak", 1024);
  for (const [why, jwk] of [
    ["an RSA key of 1024 bits", weak.jwk],
    ["a key for encryption", { ...rsa.jwk, use: "enc" }],
    ["a key whose operations lack verify", { ...rsa.jwk, key_ops: ["sign"] }],
    ["a key for another algorithm", { ...rsa.jwk, alg: "RS384" }],
    ["an RSA exponent of 1", { ...rsa.jwk, e: "AQ" }],
    ["a kid that is a number", { ...rsa.jwk, kid: 1 }],
    ["no modulus", { kty: "RSA", e: "AQAB", kid: "rsa" }],
    ["secp256k1", { ...ec.jwk, crv: "secp256k1" }],
    ["no object", "rsa"],
  ] as const) {
    it(`do not serve: ${why}`, async () => {
      const own = makeProvider({
        keys: { from: "inline", jwks: JSON.stringify({ keys: [jwk, makeKey("ES256", "other").jwk] }) },
      });
      const bench = createBench([own]);
      const signer = why.includes("1024") ? weak : rsa;
      expect(await outcome(bench.ports.verifyJwt(makeMethod(own), makeToken(signer)))).toBe("token_key_unknown");
    });
  }

  it("that hold private members are used for their public half", async () => {
    const own = makeProvider({
      keys: { from: "inline", jwks: JSON.stringify({ keys: [{ ...rsa.privateKey.export({ format: "jwk" }), kid: "rsa" }] }) },
    });
    expect(await outcome(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(rsa)))).toBe("ok");
    expect(createPublicKey(rsa.privateKey).equals(rsa.publicKey)).toBe(true);
  });

  it("that are no set leave an inline provider without keys", async () => {
    for (const jwks of ["", "{}", "[]", '{"keys":{}}', '{"keys":[]}', "null"]) {
      const own = makeProvider({ keys: { from: "inline", jwks } });
      expect(await outcome(createBench([own]).ports.verifyJwt(makeMethod(own), makeToken(rsa)))).toBe(
        "identity_provider_unavailable",
      );
    }
  });
});

describe("a refusal", () => {
  it("never repeats the token, its claims or its key id", async () => {
    const tokens = [
      makeToken(rsa, { iss: "SECRET" }),
      makeToken(rsa, { aud: "SECRET" }),
      makeToken(rsa, {}, { kid: "SECRET" }),
      makeToken(rsa, {}, { alg: "SECRET" }),
      makeToken(rsa, {}, { typ: "SECRET+jwt" }),
      makeToken(stranger, { sub: "SECRET" }),
      "SECRET.SECRET.SECRET",
    ];
    for (const token of tokens) {
      const verification = await ports.verifyJwt(method, token);
      expect(verification.ok).toBe(false);
      expect(JSON.stringify(verification)).not.toContain("SECRET");
    }
  });
});
