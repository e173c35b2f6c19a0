import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress, parseAddress } from "../../src/config/address.ts";

const ACCEPTED = [
  ["127.0.0.1:9191", { kind: "tcp", host: "127.0.0.1", port: 9191 }],
  ["0.0.0.0:0", { kind: "tcp", host: "0.0.0.0", port: 0 }],
  ["[::1]:9191", { kind: "tcp", host: "::1", port: 9191 }],
  ["[::]:65535", { kind: "tcp", host: "::", port: 65535 }],
  ["localhost:80", { kind: "tcp", host: "localhost", port: 80 }],
  ["door.shop.svc:9191", { kind: "tcp", host: "door.shop.svc", port: 9191 }],
  ["unix:/run/sallyport/grpc.sock", { kind: "unix", path: "/run/sallyport/grpc.sock" }],
] as const;

const REFUSED = [
  ["9191", "`9191` has no host", "write `0.0.0.0:9191` or `127.0.0.1:9191`"],
  [":9191", "`:9191` has no host", "write `0.0.0.0:9191` for every address"],
  [
    "127.0.0.1",
    "`127.0.0.1` is not a listen address",
    "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`",
  ],
  [
    "127.0.0.1:70000",
    "port `70000` is above 65535",
    "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`",
  ],
  ["::1:9191", "`::1:9191` is not `host:port`", "an IPv6 address stands in brackets: `[::1]:9191`"],
  [
    "[127.0.0.1]:1",
    "`127.0.0.1` is not an IPv6 address",
    "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`",
  ],
  [
    "127.1:80",
    "`127.1` is not a host name or IPv4 address",
    "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`",
  ],
  [
    "a b:80",
    "`a b` is not a host name or IPv4 address",
    "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`",
  ],
  ["/run/x.sock", "`/run/x.sock` is not `host:port`", "write `unix:/run/x.sock`"],
  ["unix:run/x.sock", "`unix:run/x.sock` has no absolute path", "write `unix:/run/sallyport/grpc.sock`"],
  [`unix:/${"a".repeat(107)}`, "the socket path is longer than 107 bytes", "choose a shorter directory"],
] as const;

describe("a listen address", () => {
  for (const [text, value] of ACCEPTED) {
    test(`\`${text}\` is read`, () => {
      expect(parseAddress(text)).toEqual({ ok: true, value });
      expect(formatAddress(value)).toBe(text);
    });
  }

  for (const [text, message, help] of REFUSED) {
    test(`\`${text.slice(0, 20)}\` is refused with the right spelling`, () => {
      expect(parseAddress(text)).toEqual({ ok: false, message, help });
    });
  }

  test("is never misread: what is accepted is written back as it was", () => {
    const letter = fc.constantFrom(..."0123456789abf.:[]/ unix".split(""));
    const withoutLeadingZeros = (text: string): string => text.replace(/:0+(?=\d+$)/, ":");
    const misread = (text: string): boolean => {
      const parsed = parseAddress(text);
      return parsed.ok && formatAddress(parsed.value) !== withoutLeadingZeros(text);
    };
    fc.assert(
      fc.property(fc.string({ unit: letter, maxLength: 24 }), (text) => !misread(text)),
      { numRuns: 2_000 },
    );
    expect(misread("[::1]:09")).toBe(false);
  });
});
