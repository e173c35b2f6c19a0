import { readFile } from "node:fs/promises";
import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { issueToken } from "../../playground/token.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");

test("a token of the playground verifies with the key, issuer and audience of the example manifests", async () => {
  const manifest = await readFile(new URL("../../manifests/examples/shop/identity-provider.yaml", import.meta.url), "utf8");
  const [provider] = parseAllDocuments(manifest).map((document) => document.toJS());
  const token = await issueToken({ sub: "alice", scope: "orders.read", tenant: "blue" }, NOW);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(JSON.parse(provider.spec.jwks)), {
    issuer: provider.spec.issuer,
    audience: "orders",
    currentDate: new Date(NOW),
  });
  expect({ payload, protectedHeader }).toEqual({
    payload: {
      iss: provider.spec.issuer,
      aud: "orders",
      iat: NOW / 1000,
      exp: NOW / 1000 + 604_800,
      sub: "alice",
      scope: "orders.read",
      tenant: "blue",
    },
    protectedHeader: { alg: "ES256", kid: "playground-only", typ: "JWT" },
  });
});
