import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Child, Children } from "./children.ts";

export interface EnvoyProcessOptions {
  readonly binary: string;
  /** The sidecar's name, in logs and messages: `orders`. */
  readonly name: string;
  /** The bootstrap as JSON. It may hold a private key, so it is written for the owner alone. */
  readonly config: string;
  /** Where the configuration file goes; not readable for others. */
  readonly directory: string;
  /** The unix socket of the admin interface that the configuration names. */
  readonly adminSocket: string;
  readonly onLine?: (line: string) => void;
}

export interface EnvoyProcess extends Child {
  /** Asks the admin interface; `post` changes something. */
  admin(path: string, method?: "GET" | "POST"): Promise<{ readonly status: number; readonly body: string }>;
}

/** Milliseconds that Envoy may take until it accepts connections. */
const READY_LIMIT = 30_000;

/**
 * Starts an Envoy and waits until it accepts connections.
 *
 * @throws Error with what Envoy said, if it ends before that
 */
export async function startEnvoy(children: Children, options: EnvoyProcessOptions): Promise<EnvoyProcess> {
  const file = join(options.directory, `${options.name}.json`);
  await writeFile(file, options.config, { mode: 0o600 });
  // Hot restart would want shared memory under a name that two Envoys on one machine must not share.
  const args = ["-c", file, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn", "--log-format", "%l %n: %v"];
  const child = children.start(options.name, options.binary, args, { ...(options.onLine && { onLine: options.onLine }) });
  const admin: EnvoyProcess["admin"] = (path, method = "GET") => askAdmin(options.adminSocket, path, method);
  const limit = Date.now() + READY_LIMIT;
  for (;;) {
    const ready = await admin("/ready").catch(() => undefined);
    if (ready?.status === 200) break;
    if (child.hasExited() || Date.now() > limit) {
      await child.stop();
      throw new Error(`the Envoy of ${options.name} did not start: ${lastError(child.log())}`);
    }
    await delay(20);
  }
  return { ...child, admin };
}

function askAdmin(socketPath: string, path: string, method: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, timeout: 5_000, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on("timeout", () => asked.destroy(new Error("the admin interface does not answer")));
    asked.on("error", reject);
    asked.end();
  });
}

function lastError(log: readonly string[]): string {
  return log.findLast((line) => /^(critical|error)/.test(line)) ?? log.at(-1) ?? "it said nothing";
}
