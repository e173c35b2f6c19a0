import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Readiness } from "../../src/admin/readiness.ts";
import { type AdminDeps, type AdminServer, createAdminServer } from "../../src/admin/server.ts";

const READY: Readiness = {
  ready: true,
  checks: [
    { name: "policies", state: "ok", message: "generation 3, 12 s old" },
    { name: "orders.yaml:14:7", state: "warn", message: "`/a/**` matches no request" },
  ],
};
const NOT_READY: Readiness = {
  ready: false,
  checks: [
    { name: "policies", state: "fail", message: "not read yet" },
    { name: "evil\n[+]all", state: "fail", message: "line\u001b[2Jbreak" },
  ],
};

let server: AdminServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(deps: Partial<AdminDeps> = {}): Promise<string> {
  server = createAdminServer({
    readiness: () => READY,
    metrics: async () => "up 1\n",
    metricsContentType: "text/plain; version=0.0.4; charset=utf-8",
    onError: () => {},
    ...deps,
  });
  return server.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
}

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function ask(url: string, init?: RequestInit): Promise<Told> {
  const answer = await fetch(url, init);
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
}

const type = "text/plain; charset=utf-8";

describe("the admin server", () => {
  test("answers that it is healthy", async () => {
    const base = await start();
    expect(await ask(`${base}/healthz`)).toEqual({ status: 200, type, text: "ok\n" });
  });

  test("answers that it is ready, and verbosely what is wrong all the same", async () => {
    const base = await start();
    expect(await ask(`${base}/readyz`)).toEqual({ status: 200, type, text: "ready\n" });
    expect(await ask(`${base}/readyz?verbose`)).toEqual({
      status: 200,
      type,
      text: "[+]policies ok: generation 3, 12 s old\n[!]orders.yaml:14:7 warn: `/a/**` matches no request\nready\n",
    });
  });

  test("answers why it is not ready, a line a check whatever names and messages hold (B102)", async () => {
    const base = await start({ readiness: () => NOT_READY });
    expect(await ask(`${base}/readyz`)).toEqual({
      status: 503,
      type,
      text: "not ready: policies: not read yet; evil\\u{a}[+]all: line\\u{1b}[2Jbreak\n",
    });
    expect(await ask(`${base}/readyz?verbose=1`)).toEqual({
      status: 503,
      type,
      text: "[-]policies fail: not read yet\n[-]evil\\u{a}[+]all fail: line\\u{1b}[2Jbreak\nnot ready\n",
    });
  });

  test("answers a scrape under Prometheus' content type", async () => {
    const base = await start();
    expect(await ask(`${base}/metrics`)).toEqual({
      status: 200,
      type: "text/plain; version=0.0.4; charset=utf-8",
      text: "up 1\n",
    });
  });

  test("answers HEAD without a body", async () => {
    const base = await start({ readiness: () => NOT_READY });
    expect(await ask(`${base}/readyz`, { method: "HEAD" })).toEqual({ status: 503, type, text: "" });
  });

  for (const path of ["/", "/debug/pprof", "/metrics/", "/explain", "/healthz%2f..", "/readyz%00"]) {
    test(`tells what there is instead of ${path} (B101)`, async () => {
      const base = await start();
      const text = "nothing here; there are /healthz, /readyz, /metrics and /readyz?verbose\n";
      expect(await ask(`${base}${path}`)).toEqual({ status: 404, type, text });
    });
  }

  test("refuses other methods, with those it takes", async () => {
    const base = await start();
    const answer = await fetch(`${base}/metrics?x=1`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect([answer.status, answer.headers.get("allow"), await answer.text()]).toEqual([
      405,
      "GET, HEAD",
      "only GET and HEAD are answered here\n",
    ]);
  });

  test("tells a failure to the log alone", async () => {
    const failures: unknown[] = [];
    const error = new Error("secret cause");
    const base = await start({ metrics: () => Promise.reject(error), onError: (...told) => failures.push(told) });
    expect(await ask(`${base}/metrics`)).toEqual({ status: 500, type, text: "this failed; the log says why\n" });
    expect(failures).toEqual([[error, "/metrics"]]);
  });

  test("listens on a unix socket", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sallyport-admin-"));
    await start();
    await server?.close();
    server = createAdminServer({
      readiness: () => READY,
      metrics: async () => "",
      metricsContentType: "text/plain",
      onError: () => {},
    });
    const path = join(directory, "admin.sock");
    expect(await server.listen({ kind: "unix", path })).toBe(`unix:${path}`);
    const status = await new Promise((resolve, reject) => {
      httpRequest({ socketPath: path, path: "/healthz" }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(200);
    rmSync(directory, { recursive: true });
  });

  test("rejects with the system's error where the address is taken", async () => {
    const base = await start();
    const second = createAdminServer({
      readiness: () => READY,
      metrics: async () => "",
      metricsContentType: "text/plain",
      onError: () => {},
    });
    await expect(second.listen({ kind: "tcp", host: "127.0.0.1", port: Number(new URL(base).port) })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await second.close();
  });
});
