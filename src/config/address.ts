import { isIP } from "node:net";
import type { Parsed } from "./setting.ts";

/** Where a server listens. Port 0 lets the system choose. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

const HELP = "write `host:port`, `[v6]:port` or `unix:/path`, for instance `127.0.0.1:9191`";
/** `sockaddr_un.sun_path` holds 108 bytes with its final NUL. Source: unix(7). */
const MAX_SOCKET_PATH = 107;
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Reads `host:port`, `[v6]:port` or `unix:/path`. An empty host is refused: whether it means all addresses or none is not the same everywhere. */
export function parseAddress(text: string): Parsed<ListenAddress> {
  if (text.startsWith("unix:")) return parseSocketPath(text.slice("unix:".length), text);
  const bracketed = /^\[([^\]]*)\]:(\d+)$/.exec(text);
  const plain = /^([^:[\]]*):(\d+)$/.exec(text);
  const host = bracketed?.[1] ?? plain?.[1];
  const digits = bracketed?.[2] ?? plain?.[2];
  if (host === undefined || digits === undefined) return wrongShape(text);
  const port = Number(digits);
  if (port > 65535) return { ok: false, message: `port \`${digits}\` is above 65535`, help: HELP };
  if (host === "")
    return { ok: false, message: `\`${text}\` has no host`, help: `write \`0.0.0.0:${digits}\` for every address` };
  if (bracketed !== null && isIP(host) !== 6) return { ok: false, message: `\`${host}\` is not an IPv6 address`, help: HELP };
  if (bracketed === null && isIP(host) !== 4) {
    // A last label of digits can only be meant as IPv4: resolvers disagree on `127.1`. Source: WHATWG URL, "ends in a number".
    if (!HOSTNAME.test(host) || /(?:^|\.)\d+$/.test(host))
      return { ok: false, message: `\`${host}\` is not a host name or IPv4 address`, help: HELP };
  }
  return { ok: true, value: { kind: "tcp", host, port } };
}

function parseSocketPath(path: string, text: string): Parsed<ListenAddress> {
  if (!path.startsWith("/"))
    return { ok: false, message: `\`${text}\` has no absolute path`, help: "write `unix:/run/sallyport/grpc.sock`" };
  if (path.endsWith("/") || path.includes("\0")) return { ok: false, message: `\`${text}\` does not name a file`, help: HELP };
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    return { ok: false, message: `the socket path is longer than ${MAX_SOCKET_PATH} bytes`, help: "choose a shorter directory" };
  }
  return { ok: true, value: { kind: "unix", path } };
}

function wrongShape(text: string): Parsed<ListenAddress> {
  if (/^\d+$/.test(text))
    return { ok: false, message: `\`${text}\` has no host`, help: `write \`0.0.0.0:${text}\` or \`127.0.0.1:${text}\`` };
  if (isIP(text) === 6 || /^[0-9a-f:]*:[0-9a-f:]*:\d+$/i.test(text)) {
    return { ok: false, message: `\`${text}\` is not \`host:port\``, help: "an IPv6 address stands in brackets: `[::1]:9191`" };
  }
  if (text.startsWith("/")) return { ok: false, message: `\`${text}\` is not \`host:port\``, help: `write \`unix:${text}\`` };
  return { ok: false, message: `\`${text}\` is not a listen address`, help: HELP };
}

/** Writes an address the way `parseAddress` reads it. */
export function formatAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
