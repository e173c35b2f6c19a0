import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { findOrBuildH2spec } from "../../scripts/components/h2spec.ts";
import { encodeAnswer } from "../../src/extauthz/encode.ts";
import { createExtAuthzServer } from "../../src/extauthz/service.ts";
import type { TransportTls } from "../../src/extauthz/transport.ts";
import { createAuthority } from "../../src/pki/authority.ts";
import { issueSvid } from "../../src/pki/svid.ts";
import { recordRequirement } from "../envoy/harness/requirements.ts";
import { h2specExceptions } from "./h2spec-exceptions.ts";

const h2spec = await findOrBuildH2spec({ onProgress: (line) => void process.stderr.write(`${line}\n`) });
await recordRequirement(import.meta.url, h2spec.found ? undefined : `${h2spec.reason}; ${h2spec.help}`);
const binary = h2spec.found ? h2spec.path : "";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Case {
  readonly name: string;
  readonly passed: boolean;
}

/** Reads the cases of h2spec's JUnit report. */
function readReport(xml: string): Case[] {
  const cases: Case[] = [];
  for (const [, attributes, inside] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const { package: section, classname } = Object.fromEntries(
      [...(attributes ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    cases.push({ name: `${section} ${classname}`, passed: !/<(?:failure|error|skipped)/.test(inside ?? "") });
  }
  return cases;
}

async function run(tls: TransportTls | undefined, path: string): Promise<Case[]> {
  const allow = encodeAnswer({ kind: "allow", setHeaders: [], removeHeaders: [], removeQueryParameters: [] }, {});
  const server = createExtAuthzServer(
    { check: () => allow, refuse: () => allow },
    { address: "127.0.0.1:0", tls, transport: "fast" },
  );
  const address = await server.start();
  closing.push(() => server.drain(0));
  const directory = await mkdtemp(join(tmpdir(), "sallyport-"));
  closing.push(() => rm(directory, { recursive: true }));
  const report = join(directory, "report.xml");
  const port = address.slice(address.lastIndexOf(":") + 1);
  const secure = tls === undefined ? [] : ["-t", "-k"];
  // It exits with 1 where a case fails; the report says which.
  await promisify(execFile)(binary, ["-S", "-p", port, "-P", path, "-j", report, ...secure]).catch(() => undefined);
  return readReport(await readFile(report, "utf8"));
}

async function serverTls(): Promise<TransportTls> {
  const authority = await createAuthority({ trustDomain: "cluster.local", clock: Date.now });
  const svid = await issueSvid(authority, "spiffe://cluster.local/ns/shop/sa/sallyport");
  return { certificate: Buffer.from(svid.certificate), key: Buffer.from(svid.privateKey) };
}

describe.skipIf(!h2spec.found)("h2spec, its strict cases too,", () => {
  for (const [name, tls, path] of [
    ["over TCP", undefined, "/"],
    ["over TLS", serverTls, "/"],
    ["on the method's own path", undefined, "/envoy.service.auth.v3.Authorization/Check"],
  ] as const) {
    test(`passes ${name} but for the exceptions, which still fail`, async () => {
      const cases = await run(await tls?.(), path);
      expect(cases.length).toBe(146);
      const failed = cases.filter((each) => !each.passed).map((each) => each.name);
      expect(failed.sort()).toEqual([...h2specExceptions.keys()].sort());
    });
  }
});
