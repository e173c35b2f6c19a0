import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExtAuthzServer } from "../../src/extauthz/service.ts";
import type { TransportLimits } from "../../src/extauthz/transport.ts";
import { readManifests } from "../../src/files/read-manifests.ts";
import { digestApiKey } from "../../src/identity/api-key/digest.ts";
import { createApiKeyIndex } from "../../src/identity/api-key/key-index.ts";
import { createSystemClock } from "../../src/identity/clock.ts";
import type { FindCredentials } from "../../src/identity/introspection/client-credentials.ts";
import { createPeerReader } from "../../src/identity/mtls/peer-reader.ts";
import { createFetcher } from "../../src/identity/outbound/fetcher.ts";
import { createCredentialPorts } from "../../src/identity/ports.ts";
import type { DecisionPorts } from "../../src/policy/decide/decide.ts";
import { createCheckAnswering } from "../../src/runtime/answer-check.ts";
import { ManifestPlans } from "../../src/runtime/manifest-plans.ts";
import { PlanHolder } from "../../src/runtime/plan-holder.ts";
import { createCheckClient } from "../extauthz/check-client.ts";
import { encodeCheckRequest } from "../extauthz/wire-types.ts";

/** What a caller of the door is told. */
export interface Told {
  readonly status: number;
  readonly reason: string;
}

/** The whole data plane but its process: manifests in a directory, a real gRPC client at the other end. */
export interface Door {
  /** Writes files (an empty text removes one) and brings them into force. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  check(message?: Uint8Array, deadline?: number): Promise<Told>;
  /** Reasons as they were recorded, in order. */
  readonly recorded: string[];
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly transport: "grpc-js" | "fast";
  readonly limits?: Partial<TransportLimits>;
  /** What is shown to a provider that is asked about a token. */
  readonly findCredentials?: FindCredentials;
  /** In place of the real ones: a fault of ours to come. */
  readonly peer?: DecisionPorts["peer"];
  /** In place of a loop that is held: milliseconds that a call has waited. */
  readonly waited?: () => number;
}

export async function openDoor({ transport, limits = {}, findCredentials, peer, waited }: DoorOptions): Promise<Door> {
  const directory = mkdtempSync(join(tmpdir(), "sallyport-failures-"));
  const clock = createSystemClock();
  const holder = new PlanHolder();
  const plans = new ManifestPlans({
    trustDomain: "cluster.local",
    defaultAction: "Deny",
    trustedHops: 0,
    installationNamespace: "sallyport-system",
  });
  const fetcher = createFetcher({ timeout: 1000 });
  const credentials = createCredentialPorts({
    clock,
    fetcher,
    ...(findCredentials && { introspection: { poster: fetcher, findCredentials } }),
  });
  const recorded: string[] = [];
  let ids = 0;
  const answering = createCheckAnswering({
    holder,
    ports: { credentials, peer: peer ?? createPeerReader({ clock }) },
    recorder: { record: (_id, decision) => void recorded.push(decision.reason) },
    nextId: () => String(ids++),
    elapsed: () => performance.now(),
  });
  const server = createExtAuthzServer(
    { check: answering.handle, refuse: ({ reason, cause }) => answering.refuse(reason, cause), ...(waited && { waited }) },
    { transport, address: "127.0.0.1:0", limits },
  );
  const client = createCheckClient(await server.start());
  return {
    recorded,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        if (text === "") rmSync(join(directory, name), { force: true });
        else writeFileSync(join(directory, name), text);
      }
      const read = plans.update(await readManifests([directory], { digest: digestApiKey }));
      credentials.setApiKeys(createApiKeyIndex(read.apiKeys));
      credentials.setProviders(read.plan.providers);
      holder.swap(read.plan, read.diagnostics, clock.now());
    },
    async check(message = checkRequest(), deadline) {
      return told(await client.check(message, deadline));
    },
    async close() {
      client.close();
      await server.drain(0);
      await credentials.close();
      rmSync(directory, { recursive: true });
    },
  };
}

interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string };
}

/** An answer of any other form than an explicit allow or denial is told as it came. */
function told(answer: object): Told {
  const { okResponse, deniedResponse } = answer as {
    readonly okResponse?: object;
    readonly deniedResponse?: { readonly status: { readonly code: number }; readonly headers?: readonly HeaderOption[] };
  };
  if (okResponse !== undefined) return { status: 200, reason: "allowed" };
  if (deniedResponse === undefined) return { status: 0, reason: JSON.stringify(answer) };
  const reason = deniedResponse.headers?.find(({ header }) => header.key === "x-sallyport-reason")?.header.value;
  return { status: deniedResponse.status.code, reason: reason ?? "" };
}

export interface CheckParts {
  readonly app?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What Envoy forwards, and is then said to. */
  readonly certificate?: string;
  readonly body?: { readonly text: string; readonly size: number };
}

/** A CheckRequest of a sidecar for a workload of namespace `shop`, from the account `shop/frontend`. */
export function checkRequest({ app = "orders", path = "/", headers = {}, certificate, body }: CheckParts = {}): Buffer {
  return encodeCheckRequest({
    attributes: {
      source: { principal: "spiffe://cluster.local/ns/shop/sa/frontend", ...(certificate !== undefined && { certificate }) },
      destination: { labels: { app } },
      request: {
        http: {
          method: "GET",
          path,
          host: "orders.shop",
          size: body?.size ?? 0,
          headerMap: { headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
          ...(body && { rawBody: Buffer.from(body.text) }),
        },
      },
      contextExtensions: {
        "sallyport.namespace": "shop",
        "sallyport.serviceAccount": app,
        "sallyport.peer": certificate === undefined ? "principal" : "certificate",
      },
    },
  });
}
