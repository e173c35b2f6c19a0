import { unlink } from "node:fs/promises";
import { type AddressInfo, connect, type Server } from "node:net";

export type ListenTarget =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly reusePort?: boolean | undefined }
  | { readonly kind: "unix"; readonly path: string };

/** Listens, and resolves to the address in use: `127.0.0.1:41873`, `[::1]:41873` or `unix:/path`. */
export async function listen(server: Server, target: ListenTarget): Promise<string> {
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
  }
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(`cannot listen on \`${describe(target)}\`: ${error.message}`));
    server.once("error", failed);
    server.listen(target.kind === "unix" ? { path: target.path } : tcpOptions(target), () => {
      server.off("error", failed);
      resolve();
    });
  });
  if (target.kind === "unix") {
    return describe(target);
  }
  const { port } = server.address() as AddressInfo;
  return describe({ ...target, port });
}

function tcpOptions(target: ListenTarget & { kind: "tcp" }): { host: string; port: number; reusePort: boolean; backlog: number } {
  return { host: target.host, port: target.port, reusePort: target.reusePort ?? false, backlog: 1024 };
}

function describe(target: ListenTarget): string {
  if (target.kind === "unix") {
    return `unix:${target.path}`;
  }
  return target.host.includes(":") ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}

/** A process that was killed leaves its socket file, on which nobody can listen again; one that still answers is not ours to remove. */
async function removeStaleSocket(path: string): Promise<void> {
  const stale = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
  if (stale) {
    await unlink(path);
  }
}
