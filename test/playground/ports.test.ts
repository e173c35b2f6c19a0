import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { choosePorts } from "../../playground/ports.ts";
import { freePort } from "../../scripts/components/ports.ts";

describe("the playground's ports", () => {
  test("are those of the environment", async () => {
    const [grpc, admin] = [await freePort(), await freePort()];
    const env = { PLAYGROUND_GRPC_PORT: String(grpc), PLAYGROUND_ADMIN_PORT: String(admin) };
    expect(await choosePorts(env, ["grpc", "admin"])).toEqual({
      ok: true,
      ports: { grpc, admin, frontend: 0, outbound: 0, orders: 0 },
    });
  });

  test("are free ones where the environment says 0", async () => {
    const result = await choosePorts({ PLAYGROUND_GRPC_PORT: "0" }, ["grpc"]);
    expect(result.ok && result.ports.grpc).toBeGreaterThan(1023);
  });

  test("in use, or no ports at all, are told all at once with what to do", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => void holder.listen({ port: 0, host: "127.0.0.1" }, resolve));
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const result = await choosePorts(
      { PLAYGROUND_GRPC_PORT: String(port), PLAYGROUND_ADMIN_PORT: "65536", PLAYGROUND_ORDERS_PORT: "x" },
      ["grpc", "admin", "orders"],
    );
    holder.close();
    expect(result).toEqual({
      ok: false,
      faults: [
        expect.stringMatching(
          new RegExp(
            `^port ${port} \\(the data plane's gRPC\\) is in use(?: by .+, process ${process.pid})?: stop what listens there, or set PLAYGROUND_GRPC_PORT \\(0 takes a free port\\)$`,
          ),
        ),
        "PLAYGROUND_ADMIN_PORT is `65536`, which is not a port",
        "PLAYGROUND_ORDERS_PORT is `x`, which is not a port",
      ],
    });
  });
});
