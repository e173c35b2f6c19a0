import { describe, expect, it } from "vitest";
import { createPeerReader } from "../../../src/identity/mtls/peer-reader.ts";
import type { Request } from "../../../src/policy/model/request.ts";
import { createManualClock } from "../manual-clock.ts";
import { forward, makeCertificate } from "./certificates.ts";

const FRONTEND = "spiffe://td/ns/shop/sa/frontend";
const frontend = { principal: FRONTEND, trustDomain: "td", namespace: "shop", serviceAccount: "frontend" };

interface Call {
  readonly mode?: string;
  readonly principal?: string;
  readonly certificate?: string;
  readonly xfcc?: readonly string[];
}

function call({ mode, principal = "", certificate = "", xfcc = [] }: Call): Request {
  const unknown = { address: "", port: 0, principal: "", certificate: "" };
  return {
    method: "GET",
    path: "/",
    host: "orders",
    scheme: "http",
    protocol: "HTTP/1.1",
    time: 0,
    headers: {
      values: (name) => (name === "x-forwarded-client-cert" ? xfcc : []),
      names: () => [],
      namesWithUnderscore: () => [],
    },
    source: { ...unknown, principal, certificate },
    destination: unknown,
    labels: new Map(),
    labelsKey: "",
    extensions: new Map(mode === undefined ? [] : [["sallyport.peer", mode]]),
  };
}

describe("the peer", () => {
  const read = createPeerReader({ clock: createManualClock() });

  it("is the principal where the configuration says `principal`, each time", () => {
    const request = call({ mode: "principal", principal: FRONTEND });
    expect([read(request), read(request)]).toEqual([frontend, frontend]);
    expect(read(request)).toBe(read(request));
  });

  it("is nobody where the configuration does not say how it was verified, whatever else is there", async () => {
    const everything = {
      principal: FRONTEND,
      certificate: forward(await makeCertificate({ uris: [FRONTEND] })),
      xfcc: [`URI=${FRONTEND}`],
    };
    for (const mode of [undefined, "", "Principal", "principal ", "none", "__proto__"]) {
      expect(read(call({ ...everything, ...(mode === undefined ? {} : { mode }) }))).toBeUndefined();
    }
  });

  it("is never taken from a source other than the one that the configuration names (B41)", () => {
    const xfcc = [`URI=${FRONTEND}`];
    expect(read(call({ mode: "principal", xfcc }))).toBeUndefined();
    expect(read(call({ mode: "certificate", principal: FRONTEND, xfcc }))).toBeUndefined();
    expect(read(call({ mode: "xfcc", principal: FRONTEND }))).toBeUndefined();
  });

  it("without TLS is nobody (B47)", () => {
    for (const mode of ["principal", "certificate", "xfcc"]) expect(read(call({ mode }))).toBeUndefined();
  });

  it("stays nobody when asked again about the same bad text", () => {
    const request = call({ mode: "principal", principal: "CN=frontend" });
    expect([read(request), read(request)]).toEqual([undefined, undefined]);
  });

  it("of a certificate ends with the certificate, though the connection lives on (B53)", async () => {
    const clock = createManualClock(Date.UTC(2025, 11, 31, 23, 59, 59));
    const readAt = createPeerReader({ clock });
    const request = call({ mode: "certificate", certificate: forward(await makeCertificate({ uris: [FRONTEND] })) });
    expect(readAt(request)).toBeUndefined();
    clock.advance(1);
    expect(readAt(request)).toEqual(frontend);
    clock.advance(24 * 3600);
    expect(readAt(request)).toEqual(frontend);
    clock.advance(1);
    expect(readAt(request)).toBeUndefined();
  });

  it("in several header lines is in the last (B54)", () => {
    expect(read(call({ mode: "xfcc", xfcc: ["URI=spiffe://td/ns/shop/sa/admin", `By=spiffe://td/me;URI=${FRONTEND}`] }))).toEqual(
      frontend,
    );
    expect(read(call({ mode: "xfcc", xfcc: [`URI=${FRONTEND}`, "Hash=00"] }))).toBeUndefined();
  });

  it("is read right however many there are", () => {
    const small = createPeerReader({ clock: createManualClock(), maxRemembered: 3 });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 20; i++) {
        const principal = `spiffe://td/w/${i}`;
        expect(small(call({ mode: "principal", principal }))).toEqual({ principal, trustDomain: "td" });
      }
    }
  });
});
