import { describe, expect, it } from "vitest";
import { parseYaml } from "./manifests.ts";

const PUBLIC = '{"kty":"EC","crv":"P-256","x":"a","y":"b"}';

function provider(spec: string): ReturnType<typeof parseYaml> {
  return parseYaml(
    `{ apiVersion: sallyport.dev/v1alpha1, kind: IdentityProvider, metadata: { name: corp, namespace: shop }, spec: ${spec} }`,
  );
}

describe("an identity provider", () => {
  it("needs no more than an issuer", () => {
    expect(provider('{ issuer: "https://id.example.com" }')).toMatchObject({
      outcome: "resource",
      resource: {
        kind: "IdentityProvider",
        namespace: "shop",
        spec: {
          issuer: "https://id.example.com",
          algorithms: ["RS256", "ES256", "PS256", "EdDSA"],
          refreshIntervalSeconds: 300,
          staleLimitSeconds: 3600,
          cooldownSeconds: 30,
          allowPrivateAddresses: false,
        },
      },
    });
  });

  it("may carry its keys, or be a cluster's", () => {
    expect(provider(`{ issuer: "https://id.example.com", jwks: '{"keys":[${PUBLIC}]}' }`)).toMatchObject({ outcome: "resource" });
    expect(
      parseYaml(
        '{ apiVersion: sallyport.dev/v1alpha1, kind: ClusterIdentityProvider, metadata: { name: corp }, spec: { issuer: "https://a" } }',
      ),
    ).toMatchObject({ outcome: "resource", resource: { kind: "ClusterIdentityProvider", namespace: "", name: "corp" } });
  });

  it.each([
    ["no spec", "", [{ code: "InvalidType", path: "spec" }]],
    ["no issuer", "{}", [{ code: "MissingField", path: "spec.issuer" }]],
    [
      "a plain http issuer",
      '{ issuer: "http://id.example.com" }',
      [{ code: "InvalidURL", path: "spec.issuer", message: "`issuer` must be an https URL" }],
    ],
    ["plain http keys", '{ issuer: "https://a", jwksUri: "http://a/keys" }', [{ code: "InvalidURL", path: "spec.jwksUri" }]],
    [
      "two sources of keys",
      '{ issuer: "https://a", discovery: {}, jwksUri: "https://a/keys" }',
      [{ code: "InvalidUnion", path: "spec" }],
    ],
    [
      "a symmetric algorithm",
      '{ issuer: "https://a", algorithms: [HS256] }',
      [{ path: "spec.algorithms[0]", message: "`HS256` is symmetric: whoever can verify a token could also make one" }],
    ],
    [
      "no signature",
      '{ issuer: "https://a", algorithms: [none] }',
      [{ path: "spec.algorithms[0]", message: "`none` is no signature at all" }],
    ],
    [
      "a misspelt algorithm",
      '{ issuer: "https://a", algorithms: [rs256] }',
      [{ path: "spec.algorithms[0]", help: "did you mean `RS256`?" }],
    ],
    ["keys that are not JSON", '{ issuer: "https://a", jwks: "keys" }', [{ code: "InvalidKeySet", path: "spec.jwks" }]],
    ["no keys", `{ issuer: "https://a", jwks: '{"keys":[]}' }`, [{ code: "InvalidKeySet" }]],
    ["a shared secret", `{ issuer: "https://a", jwks: '{"keys":[{"kty":"oct","k":"x"}]}' }`, [{ code: "InvalidKeySet" }]],
    ["a private key", `{ issuer: "https://a", jwks: '{"keys":[{"kty":"EC","d":"x"}]}' }`, [{ code: "InvalidKeySet" }]],
  ])("with %s is invalid", (_, spec, diagnostics) => {
    expect(provider(spec)).toMatchObject({
      outcome: "invalid",
      object: { kind: "IdentityProvider", namespace: "shop", name: "corp" },
      lostPolicy: false,
      diagnostics,
    });
  });

  it("may use plain http beside us", () => {
    expect(provider('{ issuer: "http://127.0.0.1:8080", allowPrivateAddresses: true }').outcome).toBe("resource");
  });
});

function secret(rest: string): ReturnType<typeof parseYaml> {
  return parseYaml(
    `{ apiVersion: v1, kind: Secret, metadata: { name: key-1, namespace: shop, annotations: { sallyport.dev/scopes: " a  b a" } }, ${rest} }`,
  );
}

const TYPE = "type: sallyport.dev/api-key";

describe("an API key", () => {
  it.each([
    ["in base64", "data: { api_key: MDEyMzQ1Njc4OWFiY2RlZg== }"],
    ["in base64 with line breaks", 'data: { api_key: "MDEyMzQ1Njc4\\nOWFiY2RlZg==\\n" }'],
    ["in clear, which wins", "data: { api_key: x }, stringData: { api_key: 0123456789abcdef }"],
  ])("%s is kept as its digest alone", (_, rest) => {
    const outcome = secret(`${TYPE}, ${rest}`);
    expect(outcome).toMatchObject({
      outcome: "resource",
      resource: {
        kind: "Secret",
        namespace: "shop",
        name: "key-1",
        spec: { keyDigest: "digest of 16 characters", scopes: ["a", "b"] },
      },
    });
    expect(JSON.stringify(outcome)).not.toContain("0123456789abcdef");
  });

  it.each([
    ["no key", "", "data.api_key", "the Secret holds no key `api_key`"],
    ["text that is not base64", "data: { api_key: '0123456789abcdef!' }", "data.api_key", "the API key is not base64"],
    ["a number", "stringData: { api_key: 12345 }", "stringData.api_key", "the API key is not a text"],
    [
      "a short key",
      "stringData: { api_key: short }",
      "stringData.api_key",
      "the API key has 5 characters, and must have 16 to 512",
    ],
    [
      "a line break at its end",
      'stringData: { api_key: "0123456789abcdef\\n" }',
      "stringData.api_key",
      "the API key ends in a line break, which no request can send",
    ],
    [
      "spaces",
      "stringData: { api_key: 0123456789 abcdef }",
      "stringData.api_key",
      "the API key holds spaces, control characters or what is not ASCII",
    ],
    [
      "bytes beyond ASCII",
      "data: { api_key: /////////////////////w== }",
      "data.api_key",
      "the API key holds spaces, control characters or what is not ASCII",
    ],
  ])("with %s is invalid, and nothing of it is repeated", (_, rest, path, message) => {
    const outcome = secret(rest === "" ? TYPE : `${TYPE}, ${rest}`);
    expect(outcome).toMatchObject({
      outcome: "invalid",
      lostPolicy: false,
      diagnostics: [{ code: "InvalidAPIKey", path, message }],
    });
    expect(JSON.stringify(outcome)).not.toMatch(/0123456789|12345|short|\/\/\//u);
  });

  it("with a scope that is none is invalid", () => {
    expect(
      parseYaml(
        `{ apiVersion: v1, kind: Secret, metadata: { name: k, annotations: { sallyport.dev/scopes: 'a "b' } }, ${TYPE}, stringData: { api_key: 0123456789abcdef } }`,
      ),
    ).toMatchObject({
      outcome: "invalid",
      diagnostics: [{ code: "InvalidScope", path: "metadata.annotations[sallyport.dev/scopes]" }],
    });
  });

  it("is not looked for in Secrets of other types", () => {
    expect(secret("type: Opaque, data: 3")).toMatchObject({
      outcome: "ignored",
      note: { code: "IgnoredSecret", severity: "note" },
    });
    expect(secret("data: {}")).toMatchObject({ outcome: "ignored", note: { severity: "note" } });
    expect(secret("type: sallyport.dev/apikey")).toMatchObject({
      outcome: "ignored",
      note: { severity: "warning", help: "did you mean `sallyport.dev/api-key`?" },
    });
  });
});

describe("a Service", () => {
  const service = (spec: string): ReturnType<typeof parseYaml> =>
    parseYaml(`{ apiVersion: v1, kind: Service, metadata: { name: orders }, spec: ${spec} }`);

  it("gives its selector and its ports, and the rest is left alone", () => {
    expect(
      service(
        "{ clusterIP: None, selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: web, protocol: TCP }, { port: 81, targetPort: 8081 }, { port: 82, targetPort: 0 }] }",
      ),
    ).toMatchObject({
      outcome: "resource",
      resource: {
        namespace: "default",
        spec: {
          selector: new Map([["app", "orders"]]),
          ports: [
            { name: "http", port: 80, targetPort: "web" },
            { port: 81, targetPort: 8081 },
            { port: 82, targetPort: 82 },
          ],
        },
      },
    });
  });

  it("may select nothing", () => {
    expect(service("{ type: ExternalName, externalName: example.com }")).toMatchObject({
      outcome: "resource",
      resource: { spec: { selector: new Map(), ports: [] } },
    });
  });

  it("that is malformed is invalid", () => {
    expect(service("{ selector: [], ports: [{ port: 0 }] }")).toMatchObject({
      outcome: "invalid",
      diagnostics: [{ path: "spec.selector" }, { path: "spec.ports[0].port" }],
    });
  });
});
