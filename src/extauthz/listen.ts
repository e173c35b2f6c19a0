import type { AddressInfo, ListenOptions, Server } from "node:net";
import { removeStaleSocket } from "./unix-socket.ts";

/** Listens at `host:port`, `[v6]:port` or `unix:/path`, and resolves to the address in use. `reusePort`: other processes may listen there too. */
export async function listen(server: Server, address: string, reusePort: boolean): Promise<string> {
  const path = address.startsWith("unix:") ? address.slice("unix:".length) : undefined;
  if (path !== undefined) {
    await removeStaleSocket(path);
  }
  const where: ListenOptions = path === undefined ? tcpOptions(address, reusePort) : { path };
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new Error(`cannot listen on \`${address}\`: ${error.message}`, { cause: error }));
    server.once("error", failed);
    server.listen(where, () => {
      server.off("error", failed);
      resolve();
    });
  });
  return path === undefined ? `${hostPart(address)}:${(server.address() as AddressInfo).port}` : address;
}

function hostPart(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

function tcpOptions(address: string, reusePort: boolean): ListenOptions {
  const host = hostPart(address).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(address.slice(address.lastIndexOf(":") + 1)), reusePort };
}
