import { describe, expect, it } from "vitest";
import { digestApiKey } from "../../../src/identity/api-key/digest.ts";
import { createApiKeyIndex } from "../../../src/identity/api-key/key-index.ts";
import type { ApiKeyMethod } from "../../../src/policy/model/authentication.ts";
import { createBench } from "../credentials.ts";

const method: ApiKeyMethod = {
  id: "shop/orders#partners",
  name: "partners",
  kind: "apiKey",
  locations: [{ in: "header", name: "x-api-key", prefix: "" }],
  forward: false,
  namespace: "shop",
  matchLabels: new Map([["app", "orders"]]),
};
const secret = { namespace: "shop", labels: method.matchLabels, scopes: [] };

describe("an API key", () => {
  it("is unknown before there are any, known once they are set, and unknown once it is gone", () => {
    const { ports } = createBench([]);
    const ask = () => ports.verifyApiKey(method, "k-1").ok;
    const before = ask();
    ports.setApiKeys(createApiKeyIndex([{ ...secret, name: "acme", digest: digestApiKey("k-1") }]));
    const between = ask();
    ports.setApiKeys(createApiKeyIndex([]));
    expect([before, between, ask()]).toEqual([false, true, false]);
  });

  it("is not its own digest, nor anything near it", () => {
    const { ports } = createBench([]);
    ports.setApiKeys(
      createApiKeyIndex([
        { ...secret, name: "acme", digest: digestApiKey("k-1") },
        { ...secret, name: "empty", digest: digestApiKey("") },
      ]),
    );
    for (const key of [digestApiKey("k-1"), "K-1", "k-1 ", " k-1", "k-", "k-1\n", "", "k-1".repeat(10_000)]) {
      expect(ports.verifyApiKey(method, key)).toEqual({
        ok: false,
        reason: "api_key_unknown",
        detail: "no API key that the method selects equals the one presented",
      });
    }
  });

  it("of another namespace or with other labels gets the same answer as none", () => {
    const { ports } = createBench([]);
    const unknown = ports.verifyApiKey(method, "nobody's");
    ports.setApiKeys(
      createApiKeyIndex([
        { ...secret, namespace: "billing", name: "a", digest: digestApiKey("k-1") },
        { ...secret, labels: new Map([["app", "billing"]]), name: "b", digest: digestApiKey("k-2") },
      ]),
    );
    expect([ports.verifyApiKey(method, "k-1"), ports.verifyApiKey(method, "k-2")]).toEqual([unknown, unknown]);
  });
});
