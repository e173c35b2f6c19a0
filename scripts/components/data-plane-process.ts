import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Child, Children } from "./children.ts";

export interface DataPlaneOptions {
  readonly policies: string;
  readonly grpcPort: number;
  readonly adminPort: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
  readonly arguments?: readonly string[];
}

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Milliseconds that the data plane may take until its policies are in force. */
const READY_LIMIT = 20_000;

/**
 * Starts the data plane on a directory of policies and waits until it is ready.
 *
 * @throws Error with the last thing it said, if it ends before that
 */
export async function startDataPlane(children: Children, options: DataPlaneOptions): Promise<Child> {
  const serve = [
    "serve",
    "--policies",
    options.policies,
    "--grpc-address",
    `127.0.0.1:${options.grpcPort}`,
    "--admin-address",
    `127.0.0.1:${options.adminPort}`,
  ];
  const child = children.start("sallyport", process.execPath, [MAIN, ...serve, ...(options.arguments ?? [])], {
    ...(options.env && { env: options.env }),
    ...(options.onLine && { onLine: options.onLine }),
  });
  const limit = Date.now() + READY_LIMIT;
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${options.adminPort}/readyz`).catch(() => undefined);
    await ready?.body?.cancel();
    if (ready?.status === 200) return child;
    if (child.hasExited() || Date.now() > limit) {
      await child.stop();
      throw new Error(`the data plane did not start: ${whyOf(child.log())}`);
    }
    await delay(30);
  }
}

/** Its own last word on an error, or the line in which Node names the exception. */
function whyOf(log: readonly string[]): string {
  return log.findLast((line) => /"level":"(error|fatal)"|^\w*Error\b/.test(line)) ?? log.at(-1) ?? "it said nothing";
}
