import { link, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelCredentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import type { CheckFault, CheckHandler } from "../../src/extauthz/check-core.ts";
import { encodeAnswer } from "../../src/extauthz/encode.ts";
import { createExtAuthzServer } from "../../src/extauthz/service.ts";
import type { CheckTransport, TransportLimits } from "../../src/extauthz/transport.ts";
import { type Authority, createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import { REASONS } from "../../src/policy/model/reason.ts";
import { type CheckClient, createCheckClient } from "./check-client.ts";
import { httpRequest } from "./wire-types.ts";

const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

const REQUEST = httpRequest({
  method: "GET",
  path: "/a",
  headerMap: { headers: [{ key: "x-user", rawValue: Buffer.from("alice") }] },
});

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const allowed = (decisionId: string): Uint8Array =>
  encodeAnswer(
    { kind: "allow", setHeaders: [["x-seen", "1"]], removeHeaders: [], removeQueryParameters: [] },
    { decision_id: decisionId },
  );

const refuse = ({ reason }: CheckFault): Uint8Array =>
  encodeAnswer({ kind: "deny", status: REASONS[reason].status, headers: [], body: reason }, {});

const refused = (code: number, status: number, reason: string): object => ({
  status: { code },
  deniedResponse: { status: { code: status }, body: reason },
  dynamicMetadata: {},
});

interface Door {
  readonly server: CheckTransport;
  readonly client: CheckClient;
  readonly address: string;
}

async function openOn(
  transport: "grpc-js" | "fast",
  check: CheckHandler,
  limits: Partial<TransportLimits>,
  address: string,
): Promise<Door> {
  const server = createExtAuthzServer({ check, refuse }, { address, limits, transport });
  const bound = await server.start();
  const client = createCheckClient(bound);
  closing.push(
    () => server.drain(0),
    () => client.close(),
  );
  return { server, client, address: bound };
}

async function socketPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sallyport-"));
  closing.push(() => rm(directory, { recursive: true }));
  return join(directory, "door.sock");
}

for (const transport of ["grpc-js", "fast"] as const) {
  const open = (check: CheckHandler, limits: Partial<TransportLimits> = {}, address = "127.0.0.1:0"): Promise<Door> =>
    openOn(transport, check, limits, address);

  describe(`on ${transport}:`, () => {
    test("a call is answered with the bytes that the handler gives", async () => {
      const { client } = await open((request) =>
        allowed(`${request.method} ${request.path} ${request.headers.values("x-user").join()}`),
      );
      expect(await client.check(REQUEST)).toEqual({
        status: {},
        okResponse: { headers: [{ header: { key: "x-seen", value: "1" }, appendAction: 2 }] },
        dynamicMetadata: { fields: { decision_id: { stringValue: "GET /a alice" } } },
      });
    });

    test("a denial is an answer, not a gRPC error", async () => {
      const { client } = await open(async () => refuse({ reason: "no_rule_matched" }));
      expect(await client.check(REQUEST)).toEqual(refused(7, 403, "no_rule_matched"));
    });

    test("the handler learns the caller's deadline", async () => {
      const deadlines: (number | undefined)[] = [];
      const { client } = await open((_request, call) => {
        deadlines.push(call.deadline);
        return allowed("");
      });
      const sent = Date.now() + 60_000;
      await client.check(REQUEST, sent);
      await client.check(REQUEST);
      expect(deadlines).toEqual([expect.any(Number), undefined]);
      expect(Math.abs((deadlines[0] as number) - sent)).toBeLessThan(1000);
    });

    test("faults of our own are explicit denials: undecodable, too large, thrown", async () => {
      const { client } = await open(
        () => {
          throw new Error("broken");
        },
        { maxMessageBytes: 1000 },
      );
      expect(await client.check(Buffer.from([0xff, 0xff]))).toEqual(refused(7, 400, "request_undecodable"));
      expect(await client.check(Buffer.alloc(0))).toEqual(refused(7, 400, "request_undecodable"));
      expect(await client.check(httpRequest({ rawBody: Buffer.alloc(1000) }))).toEqual(refused(7, 413, "request_too_large"));
      expect(await client.check(REQUEST)).toEqual(refused(14, 503, "internal"));
    });

    test("a handler that never answers is refused before the caller gives up", async () => {
      const { client } = await open(() => new Promise(() => {}));
      expect(await client.check(REQUEST, Date.now() + 300)).toEqual(refused(14, 503, "deadline"));
    });

    test("calls beyond those that may wait are refused as overload", async () => {
      const gate = Promise.withResolvers<Uint8Array>();
      const entered = Promise.withResolvers<void>();
      const { client } = await open(
        () => {
          entered.resolve();
          return gate.promise;
        },
        { maxPending: 1 },
      );
      const first = client.check(REQUEST);
      await entered.promise;
      expect(await client.check(REQUEST)).toEqual(refused(14, 503, "overloaded"));
      gate.resolve(allowed("first"));
      expect(await first).toMatchObject({ dynamicMetadata: { fields: { decision_id: { stringValue: "first" } } } });
    });

    test("health says what it was told, for the server and for the one service", async () => {
      const { server, client } = await open(() => allowed(""));
      const states = async (): Promise<object[]> => [
        await client.health(""),
        await client.health("envoy.service.auth.v3.Authorization"),
      ];
      expect(await states()).toEqual([{ status: NOT_SERVING }, { status: NOT_SERVING }]);
      server.setServing(true);
      expect(await states()).toEqual([{ status: SERVING }, { status: SERVING }]);
      expect(await client.health("unknown.Service")).toEqual({ grpcError: 5 });
    });

    test("a drain lets the call in flight end and takes no other", async () => {
      const gate = Promise.withResolvers<Uint8Array>();
      const entered = Promise.withResolvers<void>();
      const { server, client, address } = await open(() => {
        entered.resolve();
        return gate.promise;
      });
      const inFlight = client.check(REQUEST);
      await entered.promise;
      const drained = server.drain(5000);
      const late = createCheckClient(address);
      closing.push(() => late.close());
      expect(await late.check(REQUEST)).toEqual({ grpcError: 14 });
      gate.resolve(allowed("in flight"));
      expect(await inFlight).toMatchObject({ dynamicMetadata: { fields: { decision_id: { stringValue: "in flight" } } } });
      await drained;
    });

    test("a drain that runs out of time still answers with a denial", async () => {
      const entered = Promise.withResolvers<void>();
      const { server, client } = await open(() => {
        entered.resolve();
        return new Promise(() => {});
      });
      const inFlight = client.check(REQUEST);
      await entered.promise;
      await server.drain(20);
      expect(await inFlight).toEqual(refused(14, 503, "deadline"));
    });

    test("an address in use is named in the error", async () => {
      const { address } = await open(() => allowed(""));
      const second = createExtAuthzServer({ check: () => allowed(""), refuse }, { transport, address });
      await expect(second.start()).rejects.toThrow(`cannot listen on \`${address}\``);
      await second.drain(0);
    });

    test("a unix socket serves, and is gone after a drain", async () => {
      const path = await socketPath();
      const { server, client, address } = await open(() => allowed("unix"), {}, `unix:${path}`);
      expect(address).toBe(`unix:${path}`);
      expect(await client.check(REQUEST)).toMatchObject({
        dynamicMetadata: { fields: { decision_id: { stringValue: "unix" } } },
      });
      await server.drain(1000);
      await expect(stat(path)).rejects.toThrow("ENOENT");
    });

    test("a socket that a killed server left behind is taken over", async () => {
      const path = await socketPath();
      const killed = createServer();
      await new Promise<void>((resolve) => killed.listen(`${path}.killed`, resolve));
      // A second name for the socket outlives its server, as the first does where the server is killed.
      await link(`${path}.killed`, path);
      await new Promise((resolve) => killed.close(resolve));
      expect((await stat(path)).isSocket()).toBe(true);
      const { client } = await open(() => allowed("taken over"), {}, `unix:${path}`);
      expect(await client.check(REQUEST)).toMatchObject({
        dynamicMetadata: { fields: { decision_id: { stringValue: "taken over" } } },
      });
    });

    test("a file that is no socket is left alone", async () => {
      const path = await socketPath();
      await writeFile(path, "precious");
      const server = createExtAuthzServer({ check: () => allowed(""), refuse }, { transport, address: `unix:${path}` });
      await expect(server.start()).rejects.toThrow(`cannot listen on \`unix:${path}\``);
      await server.drain(0);
      expect(await readFile(path, "utf8")).toBe("precious");
    });

    test("a socket that somebody listens on is left alone", async () => {
      const path = await socketPath();
      const other = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => other.listen(path, resolve));
      closing.push(() => new Promise((resolve) => other.close(resolve)));
      const server = createExtAuthzServer({ check: () => allowed(""), refuse }, { transport, address: `unix:${path}` });
      await expect(server.start()).rejects.toThrow(`cannot listen on \`unix:${path}\``);
      await server.drain(0);
      expect((await stat(path)).isSocket()).toBe(true);
    });

    test("with client roots, only a client whose certificate they vouch for is heard", async () => {
      const authority = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
      const strangers = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
      const pem = async (issuer: Authority, account: string): Promise<{ certificate: Buffer; key: Buffer }> => {
        const svid = await issueSvid(issuer, `spiffe://cluster.local/ns/shop/sa/${account}`);
        return { certificate: Buffer.from(svid.certificate), key: Buffer.from(svid.privateKey) };
      };
      const roots = Buffer.from(authority.bundle);
      const tls = { ...(await pem(authority, "sallyport")), clientRoots: roots };
      const server = createExtAuthzServer({ check: () => allowed("mtls"), refuse }, { transport, address: "127.0.0.1:0", tls });
      const address = await server.start();
      closing.push(() => server.drain(0));
      const ask = async (pair: { certificate: Buffer; key: Buffer } | undefined): Promise<object> => {
        // An SVID names no host.
        const options = { checkServerIdentity: () => undefined };
        const credentials = ChannelCredentials.createSsl(roots, pair?.key ?? null, pair?.certificate ?? null, options);
        // TLS names a server by its host name only (RFC 6066 §3).
        const client = createCheckClient(address.replace("127.0.0.1", "localhost"), credentials);
        closing.push(() => client.close());
        return client.check(REQUEST);
      };
      expect(await ask(await pem(authority, "orders"))).toMatchObject({
        dynamicMetadata: { fields: { decision_id: { stringValue: "mtls" } } },
      });
      expect(await ask(await pem(strangers, "orders"))).toEqual({ grpcError: 14 });
      expect(await ask(undefined)).toEqual({ grpcError: 14 });
    });
  });
}

describe("on grpc-js alone:", () => {
  const open = (check: CheckHandler, limits: Partial<TransportLimits> = {}): Promise<Door> =>
    openOn("grpc-js", check, limits, "127.0.0.1:0");

  test("a message beyond four times the limit is cut off by gRPC itself", async () => {
    const { client } = await open(() => allowed(""), { maxMessageBytes: 1000 });
    expect(await client.check(Buffer.alloc(4001))).toEqual({ grpcError: 8 });
  });

  test("a health watch sees each change and ends with the server", async () => {
    const { server, client } = await open(() => allowed(""));
    const seen: number[] = [];
    const first = Promise.withResolvers<void>();
    const ended = client.watch("", (state) => {
      seen.push(state);
      first.resolve();
    });
    await first.promise;
    server.setServing(true);
    server.setServing(true);
    await server.drain(1000);
    await ended;
    expect(seen).toEqual([NOT_SERVING, SERVING, NOT_SERVING]);
  });

  test("a watch of an unknown service stays open and says so", async () => {
    const { server, client } = await open(() => allowed(""));
    const first = Promise.withResolvers<number>();
    const ended = client.watch("unknown.Service", first.resolve);
    expect(await first.promise).toBe(SERVICE_UNKNOWN);
    await server.drain(1000);
    await ended;
  });
});

describe("on fast alone:", () => {
  test("a message beyond any limit is still refused by an answer", async () => {
    const { client } = await openOn("fast", () => allowed(""), { maxMessageBytes: 1000 }, "127.0.0.1:0");
    expect(await client.check(Buffer.alloc(100_000))).toEqual(refused(7, 413, "request_too_large"));
    expect(await client.check(REQUEST)).toMatchObject({ dynamicMetadata: { fields: { decision_id: { stringValue: "" } } } });
  });

  test("a health watch is unimplemented", async () => {
    const { client } = await openOn("fast", () => allowed(""), {}, "127.0.0.1:0");
    await expect(client.watch("", () => undefined)).rejects.toMatchObject({ code: 12 });
  });
});
