import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Child, Children, Exit } from "../../../scripts/components/children.ts";
import { startDataPlane } from "../../../scripts/components/data-plane-process.ts";
import { freePort } from "../../../scripts/components/ports.ts";

/** One line of the data plane's log, parsed. */
export type LogRecord = { readonly [field: string]: unknown };

export interface DataPlane {
  readonly grpcPort: number;
  readonly adminPort: number;
  /** Where its manifests lie. */
  readonly directory: string;
  /** Decision events so far. */
  readonly decisions: readonly LogRecord[];
  /** Every line so far, as written. */
  readonly lines: readonly string[];
  /** Ends it, as a crash would with SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<Exit | undefined>;
  /** Starts it again on the same ports; further arguments are for this start alone. */
  start(...more: readonly string[]): Promise<void>;
  /** Writes a manifest, or removes it; does not wait for its effect. */
  write(file: string, yaml: string | undefined): Promise<void>;
  /** Asks the admin server. */
  admin(path: string): Promise<{ readonly status: number; readonly body: string }>;
}

export async function createDataPlane(
  children: Children,
  directory: string,
  door: { readonly manifests: { readonly [file: string]: string }; readonly arguments?: readonly string[] },
): Promise<DataPlane> {
  const policies = await mkdtemp(join(directory, "policies-"));
  const write: DataPlane["write"] = async (file, yaml) =>
    yaml === undefined ? await rm(join(policies, file), { force: true }) : await writeFile(join(policies, file), yaml);
  for (const [file, yaml] of Object.entries(door.manifests)) await write(file, yaml);
  const [grpcPort, adminPort] = [await freePort(), await freePort()];
  const lines: string[] = [];
  const decisions: LogRecord[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    const record = parseRecord(line);
    if (record?.["decision"] !== undefined) decisions.push(record);
  };
  let process_: Child | undefined;
  return {
    grpcPort,
    adminPort,
    directory: policies,
    lines,
    decisions,
    write,
    async admin(path) {
      const response = await fetch(`http://127.0.0.1:${adminPort}${path}`);
      return { status: response.status, body: await response.text() };
    },
    async start(...more) {
      process_ = await startDataPlane(children, {
        policies,
        grpcPort,
        adminPort,
        onLine,
        arguments: [...(door.arguments ?? []), ...more],
      });
    },
    async stop(signal = "SIGTERM") {
      return await process_?.stop(signal);
    },
  };
}

function parseRecord(line: string): LogRecord | undefined {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}
