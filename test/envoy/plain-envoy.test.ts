import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createChildren } from "../../scripts/components/children.ts";
import { startDataPlane } from "../../scripts/components/data-plane-process.ts";
import { startEnvoy } from "../../scripts/components/envoy-process.ts";
import { freePort } from "../../scripts/components/ports.ts";
import { requireEnvoy } from "./harness/requirements.ts";

/** docs/integrations/plain-envoy.yaml, as it stands but for its ports, in front of the playground's policies. */

const envoy = await requireEnvoy(import.meta.url);
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

test.skipIf(envoy === undefined)("the documented Envoy asks about the Service that its route names", async () => {
  const children = createChildren();
  closing.push(() => children.stop());
  const directory = await mkdtemp(join(tmpdir(), "sallyport-plain-"));
  closing.push(() => rm(directory, { recursive: true }));
  const app = createServer((_request, response) => response.end("orders"));
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  closing.push(() => app.close());
  const [grpcPort, adminPort, gateway] = [await freePort(), await freePort(), await freePort()];
  await startDataPlane(children, { policies: "manifests/examples/shop", grpcPort, adminPort });
  const ports = new Map([
    ["8080", gateway],
    ["9191", grpcPort],
    ["8000", (app.address() as AddressInfo).port],
  ]);
  const adminSocket = join(directory, "admin.sock");
  const text = await readFile(new URL("../../docs/integrations/plain-envoy.yaml", import.meta.url), "utf8");
  const config = text.replace(/port_value: (\d+)/g, (_whole, port: string) => `port_value: ${ports.get(port)}`);
  const admin = { address: { pipe: { path: adminSocket } } };
  const bootstrap = JSON.stringify({ admin, ...parse(config) });
  await startEnvoy(children, { binary: envoy ?? "", name: "plain", config: bootstrap, directory, adminSocket });

  const call = async (path: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
    const answer = await fetch(`http://127.0.0.1:${gateway}${path}`, { headers });
    return [answer.status, answer.headers.get("x-sallyport-reason"), answer.ok ? await answer.text() : ""];
  };
  expect(await call("/api/v1/orders", { "x-api-key": "demo-key-of-acme-not-a-secret" })).toEqual([200, null, "orders"]);
  expect(await call("/api/v1/orders")).toEqual([401, "unauthenticated", ""]);
  expect(await call("/api/v1/orders/internal/x")).toEqual([403, "denied_by_rule", ""]);
});
