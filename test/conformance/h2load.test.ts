import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { encodeAnswer } from "../../src/extauthz/encode.ts";
import { createExtAuthzServer } from "../../src/extauthz/service.ts";
import { recordRequirement } from "../envoy/harness/requirements.ts";
import { httpRequest } from "../extauthz/wire-types.ts";

const run = promisify(execFile);
const found = await run("h2load", ["--version"]).then(
  () => true,
  () => false,
);
await recordRequirement(import.meta.url, found ? undefined : "h2load is not on PATH; install nghttp2-client", "extra");

const common = ["-n5000", "-t1", "-Hcontent-type: application/grpc", "-Hte: trailers"];

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe.skipIf(!found)("h2load", () => {
  for (const [name, more] of [
    ["many streams on few connections", ["-c", "4", "-m", "100"]],
    ["one stream on many connections", ["-c", "100", "-m", "1"]],
    ["small windows", ["-c", "4", "-m", "16", "-w", "1", "-W", "1"]],
    ["no header table", ["-c", "4", "-m", "16", "--header-table-size=0", "--encoder-header-table-size=0"]],
  ] as const) {
    test(`with ${name} has every call answered`, async () => {
      const allow = encodeAnswer({ kind: "allow", setHeaders: [], removeHeaders: [], removeQueryParameters: [] }, {});
      let calls = 0;
      const server = createExtAuthzServer(
        {
          check: () => {
            calls++;
            return allow;
          },
          refuse: () => allow,
        },
        { address: "127.0.0.1:0", transport: "fast" },
      );
      const address = await server.start();
      closing.push(() => server.drain(0));
      const directory = await mkdtemp(join(tmpdir(), "sallyport-"));
      closing.push(() => rm(directory, { recursive: true }));
      const body = Buffer.from(httpRequest({ method: "GET", path: "/orders/1" }));
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(body.length, 1);
      const frame = join(directory, "frame");
      await writeFile(frame, Buffer.concat([prefix, body]));
      const { stdout } = await run("h2load", [
        ...common,
        ...more,
        `-d${frame}`,
        `http://${address}/envoy.service.auth.v3.Authorization/Check`,
      ]);
      expect(/^requests: .*$/m.exec(stdout)?.[0]).toBe(
        "requests: 5000 total, 5000 started, 5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout",
      );
      expect(calls).toBe(5_000);
    });
  }
});
