import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientCredentials } from "../../../src/identity/introspection/client-credentials.ts";
import { createFetcher, type FetcherOptions } from "../../../src/identity/outbound/fetcher.ts";
import { type CredentialService, createCredentialPorts } from "../../../src/identity/ports.ts";
import type { IntrospectionMethod, ProviderPlan } from "../../../src/policy/model/authentication.ts";
import { makeProvider } from "../issuer.ts";
import { createManualClock, type ManualClock } from "../manual-clock.ts";
import { type ProviderServer, startProviderServer } from "../provider-server.ts";

const CLIENT = { clientId: "sallyport:door", clientSecret: "a secret/of this+test" };

/** What an endpoint got to see. */
interface Asked {
  readonly authorization: string;
  readonly contentType: string;
  readonly form: Readonly<Record<string, string>>;
}

export type Reply = (asked: Asked, response: ServerResponse) => void;

export const reply =
  (answer: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_asked, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader("content-type", "application/json").end(typeof answer === "string" ? answer : JSON.stringify(answer));
  };

/** An introspection endpoint on a loopback port, and the service that asks it, on a clock that the test moves. */
export interface IntrospectionBench {
  readonly clock: ManualClock;
  readonly ports: CredentialService;
  readonly server: ProviderServer;
  readonly asked: readonly Asked[];
  readonly provider: ProviderPlan;
  answer(next: Reply): void;
  close(): Promise<void>;
}

export async function createIntrospectionBench(
  first: Reply,
  options: { readonly credentials?: Partial<ClientCredentials> | string; readonly fetcher?: FetcherOptions } = {},
): Promise<IntrospectionBench> {
  const clock = createManualClock();
  const asked: Asked[] = [];
  let current = first;
  const server = await startProviderServer((request, response) => {
    void readForm(request).then((seen) => {
      asked.push(seen);
      current(seen, response);
    });
  });
  const url = `${server.origin}/introspect`;
  const fetcher = createFetcher({ timeout: 2000, ...options.fetcher });
  const { credentials = {} } = options;
  const ports = createCredentialPorts({
    clock,
    fetcher,
    introspection: {
      poster: fetcher,
      findCredentials: async () => (typeof credentials === "string" ? credentials : { url, ...CLIENT, ...credentials }),
    },
  });
  return {
    clock,
    ports,
    server,
    asked,
    provider: makeProvider({ keys: { from: "none" }, introspection: { url, ignoreCacheControl: false } }),
    answer(next) {
      current = next;
    },
    async close() {
      await ports.close();
      await server.close();
    },
  };
}

async function readForm(request: IncomingMessage): Promise<Asked> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return {
    authorization: request.headers.authorization ?? "",
    contentType: request.headers["content-type"] ?? "",
    form: Object.fromEntries(new URLSearchParams(text)),
  };
}

export function makeIntrospection(provider: ProviderPlan, changes: Partial<IntrospectionMethod> = {}): IntrospectionMethod {
  return {
    id: "shop/orders#opaque",
    name: "opaque",
    kind: "introspection",
    locations: [{ in: "header", name: "authorization", prefix: "Bearer" }],
    forward: false,
    provider,
    audiences: [],
    clockSkew: 30,
    cacheSeconds: 60,
    ...changes,
  };
}
