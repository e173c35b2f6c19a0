import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { ResolvedAddress } from "../../../src/identity/outbound/connector.ts";
import { createFetcher, type FetcherOptions } from "../../../src/identity/outbound/fetcher.ts";
import { json, type ProviderServer, startProviderServer } from "../provider-server.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const STRICT = { allowPrivateAddresses: false };
const RELAXED = { allowPrivateAddresses: true };

function start(options: FetcherOptions = {}) {
  const fetcher = createFetcher({ timeout: 1000, ...options });
  closing.push(() => fetcher.close());
  return fetcher;
}

async function serve(handler = json("{}")): Promise<ProviderServer> {
  const server = await startProviderServer(handler);
  closing.push(() => server.close());
  return server;
}

/** A resolver that answers from a table, one answer after another; what is looked up beyond the table is a mistake of the test. */
function resolver(...answers: readonly (readonly string[])[]) {
  const left = [...answers];
  return (_hostname: string, done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void) => {
    const next = left.shift() ?? [];
    done(
      null,
      next.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
}

describe("a fetch (B65, B100)", () => {
  it("gives the text, whatever its content type", async () => {
    const server = await serve((_request, response) => response.setHeader("content-type", "text/plain").end('{"keys":[]}'));
    expect(await start().fetchText(`${server.origin}/jwks`, RELAXED)).toEqual({ ok: true, text: '{"keys":[]}' });
  });

  for (const url of [
    "file:///etc/passwd",
    "ftp://example.com/x",
    "data:application/json,{}",
    "unix:///run/docker.sock",
    "gopher://127.0.0.1/",
    "http://issuer.example/jwks",
    "https://user:password@issuer.example/jwks",
    "//issuer.example",
    "",
  ]) {
    it(`is not made for \`${url}\``, async () => {
      const answer = await start({ resolve: resolver() }).fetchText(url, STRICT);
      expect(answer.ok || answer.error).toMatch(/URLs? |not a URL/);
    });
  }

  it("of a file is not made for anyone", async () => {
    expect(await start().fetchText("file:///etc/passwd", RELAXED)).toEqual({ ok: false, error: "`file:` URLs are not fetched" });
  });

  for (const host of [
    "127.0.0.1",
    "localhost",
    "127.1",
    "0177.0.0.1",
    "0x7f000001",
    "2130706433",
    "10.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "224.0.0.1",
    "255.255.255.255",
  ]) {
    it(`does not go to ${host} for a strict provider`, async () => {
      const resolve = host === "localhost" ? { resolve: resolver(["127.0.0.1", "::1"]) } : {};
      const answer = await start(resolve).fetchText(`https://${host}/jwks`, STRICT);
      expect(answer.ok || answer.error).toMatch(/^`[^`]+` is at an address that may not be asked$/);
    });
  }

  for (const host of ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "0.0.0.0", "[::]", "224.0.0.1"]) {
    it(`does not go to ${host} for a relaxed provider either`, async () => {
      const answer = await start().fetchText(`http://${host}/latest/meta-data/`, RELAXED);
      expect(answer.ok || answer.error).toMatch(/is at an address that may not be asked$/);
    });
  }

  it("dials only what it has checked, however the name changes its answer (DNS rebinding)", async () => {
    const server = await serve();
    const port = new URL(server.origin).port;
    const fetcher = start({ resolve: resolver(["127.0.0.1"], ["10.0.0.1", "127.0.0.1"]) });
    for (let i = 0; i < 2; i++) {
      expect(await fetcher.fetchText(`https://rebind.example:${port}/`, STRICT)).toEqual({
        ok: false,
        error: "`rebind.example` is at an address that may not be asked",
      });
    }
    expect(server.asked).toEqual([]);
  });

  it("of a strict provider does not ride on a relaxed one's connection", async () => {
    const server = await serve();
    const fetcher = start();
    expect((await fetcher.fetchText(server.origin, RELAXED)).ok).toBe(true);
    expect((await fetcher.fetchText(server.origin.replace("http:", "https:"), STRICT)).ok).toBe(false);
    expect(server.asked).toHaveLength(1);
  });

  for (const [status, location] of [
    [301, "http://169.254.169.254/"],
    [302, "/elsewhere"],
    [307, "file:///etc/passwd"],
    [308, "https://issuer.example/"],
  ] as const) {
    it(`does not follow a ${status} to \`${location}\``, async () => {
      const server = await serve((_request, response) => response.writeHead(status, { location }).end());
      expect(await start().fetchText(server.origin, RELAXED)).toEqual({
        ok: false,
        error: `redirects are not followed (HTTP ${status})`,
      });
      expect(server.asked).toHaveLength(1);
    });
  }

  it("ends when the body is too large, told or not", async () => {
    const endless = await serve((_request, response) => {
      const write = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", write);
      write();
    });
    const large = await serve(json("x".repeat(1001)));
    const fetcher = start({ maxBytes: 1000 });
    for (const server of [endless, large]) {
      expect(await fetcher.fetchText(server.origin, RELAXED)).toEqual({
        ok: false,
        error: "the answer is larger than 1000 bytes",
      });
    }
  });

  it("does not unpack a compressed body, and does not ask for one", async () => {
    let accepted: string | undefined;
    const server = await serve((request, response) => {
      accepted = String(request.headers["accept-encoding"]);
      response.setHeader("content-encoding", "gzip").end(gzipSync("{}"));
    });
    expect(await start().fetchText(server.origin, RELAXED)).toEqual({ ok: false, error: "the answer is compressed" });
    expect(accepted).toBe("identity");
  });

  it("carries no credentials, cookies or user agent", async () => {
    let names: string[] = [];
    const server = await serve((request, response) => {
      names = Object.keys(request.headers).sort();
      response.end("{}");
    });
    await start().fetchText(server.origin, RELAXED);
    expect(names).toEqual(["accept", "accept-encoding", "connection", "host"]);
  });

  it("ends in time when the answer does not come, stalls or trickles", async () => {
    const silent = await serve(() => {});
    const stalled = await serve((_request, response) => void response.write("{"));
    const trickling = await serve((_request, response) => {
      const timer = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(timer));
    });
    const fetcher = start({ timeout: 100 });
    for (const server of [silent, stalled, trickling]) {
      const started = performance.now();
      expect((await fetcher.fetchText(server.origin, RELAXED)).ok).toBe(false);
      expect(performance.now() - started).toBeLessThan(1500);
    }
  });

  it("fails in words when nothing listens, or no HTTP is spoken", async () => {
    const garbage = createTcpServer((socket) => socket.resume().end("not http\r\n\r\n"));
    await new Promise<void>((resolve) => garbage.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => void garbage.close(() => resolve())));
    const { port } = garbage.address() as { port: number };
    const fetcher = start();
    for (const url of [`http://127.0.0.1:${port}/`, "http://127.0.0.1:1/"]) {
      const answer = await fetcher.fetchText(url, RELAXED);
      expect(answer.ok || answer.error).toMatch(/\w+/);
    }
  });

  it("gives an error of the server as one", async () => {
    for (const status of [204, 401, 404, 500, 503]) {
      const server = await serve((_request, response) => response.writeHead(status).end("{}".slice(status === 204 ? 2 : 0)));
      expect(await start().fetchText(server.origin, RELAXED)).toEqual({ ok: false, error: `HTTP ${status}` });
    }
  });
});

describe("a form that is posted", () => {
  const policy = { ...RELAXED, authorization: "Basic eDp5" };

  it("brings its credentials and nothing else, and gives the text with its Cache-Control", async () => {
    let seen: { names: readonly string[]; body: string } | undefined;
    const server = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += String(chunk);
      });
      request.on("end", () => {
        seen = { names: Object.keys(request.headers).sort(), body };
        response.setHeader("cache-control", "no-store").end("{}");
      });
    });
    expect(await start().postForm(server.origin, { token: "a b&c=d" }, policy)).toEqual({
      ok: true,
      text: "{}",
      cacheControl: "no-store",
    });
    expect(seen).toEqual({
      names: ["accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host"],
      body: "token=a+b%26c%3Dd",
    });
  });

  it("goes nowhere that a document is not fetched from, and follows no redirect with its credentials (B65)", async () => {
    const elsewhere = await serve();
    const server = await serve((_request, response) => response.writeHead(307, { location: elsewhere.origin }).end());
    const fetcher = start();
    expect(await fetcher.postForm(server.origin, {}, policy)).toEqual({
      ok: false,
      error: "redirects are not followed (HTTP 307)",
    });
    expect(elsewhere.asked).toEqual([]);
    for (const url of ["http://issuer.example/", "https://127.0.0.1/", "https://169.254.169.254/", "file:///etc/passwd"]) {
      expect((await fetcher.postForm(url, {}, { ...STRICT, authorization: "Basic eDp5" })).ok).toBe(false);
    }
  });

  it("is bounded in size and time", async () => {
    const large = await serve(json("x".repeat(1001)));
    const silent = await serve(() => {});
    const fetcher = start({ timeout: 100, maxBytes: 1000 });
    expect(await fetcher.postForm(large.origin, {}, policy)).toEqual({
      ok: false,
      error: "the answer is larger than 1000 bytes",
    });
    expect(await fetcher.postForm(silent.origin, {}, policy)).toEqual({ ok: false, error: "no answer within 100 ms" });
  });
});
