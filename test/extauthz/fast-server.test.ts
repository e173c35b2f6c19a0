import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ChannelCredentials, Client } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { createFastServer, type FastServer, type FastServerOptions } from "../../src/extauthz/fast-server.ts";
import type { Call, UnaryMethod } from "../../src/http2/call.ts";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import { call, message, path, preface, settings } from "../http2/wire.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const echo: UnaryMethod = { handle: (bytes) => bytes, tooLarge: () => Buffer.alloc(0) };

async function open(
  method: UnaryMethod,
  options: Partial<FastServerOptions> = {},
): Promise<{ server: FastServer; address: string }> {
  const report = (error: unknown): void => {
    throw error;
  };
  const server = createFastServer({ routes: new Map([[path, method]]), report }, { address: "127.0.0.1:0", ...options });
  closing.push(() => {
    const drained = server.drain();
    server.destroy();
    return drained;
  });
  return { server, address: await server.start() };
}

function port(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

function grpcClient(address: string): Client {
  const client = new Client(address, ChannelCredentials.createInsecure());
  closing.push(() => client.close());
  return client;
}

const asIs = (bytes: Buffer): Buffer => bytes;

function ask(client: Client, text: string, deadline?: number): Promise<string | number> {
  const options = deadline === undefined ? {} : { deadline };
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, asIs, asIs, Buffer.from(text), options, (error, reply) =>
      resolve(error === null ? String(reply) : error.code),
    );
  });
}

function http2Client(address: string, settingsOfClient: object = {}): ClientHttp2Session {
  const session = connectHttp2(`http://${address}`, { settings: settingsOfClient });
  session.on("error", () => undefined);
  closing.push(() => session.destroy());
  return session;
}

interface Http2Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

async function post(session: ClientHttp2Session, body: Buffer): Promise<Http2Answer> {
  const request = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" });
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  request.on("response", (received) => (headers = received));
  request.on("trailers", (received) => (trailers = received));
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.end(body);
  await once(request, "close");
  return { headers, body: Buffer.concat(chunks), trailers };
}

test("a grpc-js client gets its own answer on each of 1,000 calls at once", async () => {
  const { server, address } = await open(echo);
  const client = grpcClient(address);
  const texts = Array.from({ length: 1_000 }, (_, index) => `call ${index}`);
  expect(await Promise.all(texts.map((text) => ask(client, text)))).toEqual(texts);
  expect([server.connections, server.pending, server.counters.replies]).toEqual([1, 0, 1_000]);
});

test("answers that wait come back in any order, each to its own call", async () => {
  const waiting: (() => void)[] = [];
  const later: UnaryMethod = {
    handle: (bytes) => new Promise((resolve) => waiting.push(() => resolve(bytes))),
    tooLarge: () => Buffer.alloc(0),
  };
  const { server, address } = await open(later);
  const client = grpcClient(address);
  const texts = Array.from({ length: 300 }, (_, index) => `call ${index}`);
  const answers = Promise.all(texts.map((text) => ask(client, text)));
  await expect.poll(() => waiting.length).toBe(300);
  expect(server.pending).toBe(300);
  for (const answer of waiting.sort(() => -1)) answer();
  expect(await answers).toEqual(texts);
});

test("a grpc-js client's deadline reaches the method, and ends the call", async () => {
  const calls: Call[] = [];
  const { address } = await open({
    handle: (_bytes, of) => {
      calls.push(of);
      return new Promise(() => undefined);
    },
    tooLarge: () => Buffer.alloc(0),
  });
  expect(await ask(grpcClient(address), "x", Date.now() + 250)).toBe(4);
  expect(calls[0]?.timeoutMs).toBeGreaterThan(100);
  expect(calls[0]?.timeoutMs).toBeLessThanOrEqual(250);
});

test("a call that a grpc-js client cancels is forgotten", async () => {
  let settle = (): void => undefined;
  const { server, address } = await open({
    handle: (bytes) => new Promise((resolve) => (settle = () => resolve(bytes))),
    tooLarge: () => Buffer.alloc(0),
  });
  const client = grpcClient(address);
  const answered = Promise.withResolvers<number | undefined>();
  const cancelled = client.makeUnaryRequest(path, asIs, asIs, Buffer.from("x"), (error) => answered.resolve(error?.code));
  await expect.poll(() => server.pending).toBe(1);
  cancelled.cancel();
  expect(await answered.promise).toBe(1);
  await expect.poll(() => server.pending).toBe(0);
  settle();
  expect(server.counters.cancelled).toBe(1);
});

test("a node:http2 client gets headers, message and trailers", async () => {
  const { address } = await open(echo);
  const { headers, body, trailers } = await post(http2Client(address), message("hello"));
  expect({ status: headers[":status"], type: headers["content-type"], body, grpc: trailers["grpc-status"] }).toEqual({
    status: 200,
    type: "application/grpc",
    body: message("hello"),
    grpc: "0",
  });
});

for (const [name, clientSettings] of [
  ["a small window", { initialWindowSize: 100 }],
  ["no header table", { headerTableSize: 0 }],
] as const) {
  test(`a node:http2 client with ${name} gets large messages whole`, async () => {
    const { address } = await open(echo);
    const session = http2Client(address, clientSettings);
    const bodies = [1, 70_000, 300_000].map((size) => message(Buffer.alloc(size, size)));
    for (const body of bodies) {
      expect((await post(session, body)).body.equals(body)).toBe(true);
    }
  });
}

test("a node:http2 client may ping, change its settings and go", async () => {
  const { server, address } = await open(echo);
  const session = http2Client(address);
  await once(session, "connect");
  await new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
  session.settings({ initialWindowSize: 1_000 });
  await once(session, "localSettings");
  session.close();
  await expect.poll(() => server.connections).toBe(0);
});

test("a drain ends idle connections and lets calls in flight end", async () => {
  let settle = (): void => undefined;
  const { server, address } = await open({
    handle: (bytes) => new Promise((resolve) => (settle = () => resolve(bytes))),
    tooLarge: () => Buffer.alloc(0),
  });
  const idle = http2Client(address);
  await once(idle, "remoteSettings");
  const answer = ask(grpcClient(address), "in flight");
  await expect.poll(() => server.pending).toBe(1);
  const gone: number[] = [];
  idle.on("goaway", (code: number) => gone.push(code));
  const drained = server.drain();
  await once(idle, "close");
  expect(gone).toContain(constants.NGHTTP2_NO_ERROR);
  settle();
  expect(await answer).toBe("in flight");
  await drained;
  expect(server.connections).toBe(0);
});

test("a connection that is old enough is drained, and its client comes back on another", async () => {
  const { address } = await open(echo, { maxConnectionAge: 50 });
  const session = http2Client(address);
  await once(session, "goaway");
  const { body } = await post(http2Client(address), message("again"));
  expect(body).toEqual(message("again"));
});

test("connections over the limit are closed at once", async () => {
  const { server, address } = await open(echo, { maxConnections: 1 });
  const first = http2Client(address);
  await once(first, "remoteSettings");
  const second = connectTcp(port(address), "127.0.0.1");
  second.on("error", () => undefined);
  await once(second, "close");
  expect(server.connections).toBe(1);
});

async function rawClient(address: string): Promise<Socket> {
  const socket = connectTcp(port(address), "127.0.0.1");
  socket.on("error", () => undefined);
  closing.push(() => socket.destroy());
  await once(socket, "connect");
  socket.write(preface);
  return socket;
}

test("a client that does not read its answers is not read from, and is closed in time", async () => {
  const { server, address } = await open(echo, {
    limits: { sendTimeout: 300, connectionWindow: 0x7fffffff, maxMessageSize: 1_000_000, maxQueuedBytes: 1e9 },
  });
  const socket = await rawClient(address);
  socket.pause();
  socket.write(Buffer.concat([settings([4, 0x7fffffff]), Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0])]));
  for (let id = 1; id < 4_001; id += 2) {
    socket.write(call(id, Buffer.alloc(16_000)));
  }
  await expect.poll(() => server.counters.slow_reader).toBe(1);
  expect(server.counters.requests).toBeLessThan(2_000);
  await expect.poll(() => server.connections).toBe(0);
});

test("a client that half-closes gets its answers, and then the end", async () => {
  const { server, address } = await open(echo);
  const socket = await rawClient(address);
  socket.end(call(1, "last"));
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  expect(Buffer.concat(chunks).includes("last")).toBe(true);
  await expect.poll(() => server.connections).toBe(0);
});

test("another protocol is told so and closed", async () => {
  const { server, address } = await open(echo);
  const socket = connectTcp(port(address), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write("GET / HTTP/1.1\r\nhost: door\r\n\r\n");
  await once(socket, "end");
  expect(Buffer.concat(chunks).includes("not the HTTP/2 preface")).toBe(true);
  socket.end();
  await expect.poll(() => server.connections).toBe(0);
});

interface Pki {
  readonly tls: NonNullable<FastServerOptions["tls"]>;
  readonly roots: Buffer;
  readonly pair: { readonly cert: Buffer; readonly key: Buffer };
}

async function pki(): Promise<Pki> {
  const authority = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
  const server = await issueSvid(authority, "spiffe://cluster.local/ns/shop/sa/sallyport");
  const client = await issueSvid(authority, "spiffe://cluster.local/ns/shop/sa/orders");
  const roots = Buffer.from(authority.bundle);
  return {
    tls: { certificate: Buffer.from(server.certificate), key: Buffer.from(server.privateKey), clientRoots: roots },
    roots,
    pair: { cert: Buffer.from(client.certificate), key: Buffer.from(client.privateKey) },
  };
}

async function tlsClient(address: string, { roots, pair }: Pki, more: object = {}): Promise<TLSSocket> {
  const options = { ca: roots, ...pair, ALPNProtocols: ["h2"], checkServerIdentity: () => undefined, ...more };
  const socket = connectTls(port(address), "127.0.0.1", options);
  socket.on("error", () => undefined);
  closing.push(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

test("over TLS a call is answered, knows its caller's certificate, and a session is resumed with it", async () => {
  const keys = await pki();
  const certificates: (Uint8Array | undefined)[] = [];
  const { address } = await open(
    {
      handle: (bytes, { peer }) => {
        certificates.push(peer.certificate);
        return bytes;
      },
      tooLarge: () => Buffer.alloc(0),
    },
    { tls: keys.tls },
  );
  const first = await tlsClient(address, keys);
  const sessions: Buffer[] = [];
  first.on("session", (session: Buffer) => sessions.push(session));
  first.write(Buffer.concat([preface, call(1, "over TLS")]));
  await expect.poll(() => certificates.length).toBe(1);
  await expect.poll(() => sessions.length).toBeGreaterThan(0);
  first.destroy();
  const second = await tlsClient(address, keys, { session: sessions.at(-1) });
  expect(second.isSessionReused()).toBe(true);
  second.write(Buffer.concat([preface, call(1, "again")]));
  await expect.poll(() => certificates.length).toBe(2);
  const der = first.getX509Certificate?.()?.raw ?? second.getX509Certificate()?.raw;
  expect(certificates.map((certificate) => Buffer.from(certificate ?? []).equals(Buffer.from(der ?? [])))).toEqual([true, true]);
});

test("over TLS a client that does not choose h2 by ALPN is closed", async () => {
  const keys = await pki();
  const { server, address } = await open(echo, { tls: keys.tls });
  const socket = await tlsClient(address, keys, { ALPNProtocols: undefined });
  socket.resume();
  await once(socket, "close");
  expect(server.counters.requests).toBe(0);
});

test("other certificates serve the connections that come after them", async () => {
  const [before, after] = [await pki(), await pki()];
  const { server, address } = await open(echo, { tls: before.tls });
  await tlsClient(address, before);
  server.setTls(after.tls);
  const socket = await tlsClient(address, after);
  expect(socket.authorized).toBe(true);
});

test("two servers share a port where they ask for it", async () => {
  const { address } = await open(echo, { reusePort: true });
  const second = await open(echo, { reusePort: true, address });
  expect(second.address).toBe(address);
});
