import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds between SIGTERM and SIGKILL; 5,000 unless given. */
  readonly grace?: number;
  /** Each line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  /** The last lines it wrote, for the one who asks why it ended. */
  log(): readonly string[];
  /** Settles when the process has ended, or could not be started (code 127). */
  readonly exited: Promise<Exit>;
  hasExited(): boolean;
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface Children {
  start(name: string, command: string, args: readonly string[], options?: ChildOptions): Child;
  /** Ends every child, the last one first. */
  stop(): Promise<void>;
}

/** Lines that are kept of each child. */
const LOG_LINES = 400;
const GRACE = 5_000;

/**
 * Child processes that end with this one, however it ends: `stop` in the ordinary case, the `exit` hook when it fails, and a
 * guardian, which notices that its standard input was closed, when it was killed.
 */
export function createChildren(): Children {
  const running = new Map<ChildProcess, Child>();
  const guardian = startGuardian();
  const killAll = (): void => {
    for (const child of running.keys()) child.kill("SIGKILL");
  };
  process.once("exit", killAll);

  return {
    start(name, command, args, options = {}) {
      const process_ = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const log: string[] = [];
      const keep = (line: string): void => {
        log.push(line);
        if (log.length > LOG_LINES) log.shift();
        options.onLine?.(line);
      };
      createInterface({ input: process_.stdout }).on("line", keep);
      createInterface({ input: process_.stderr }).on("line", keep);
      let ended = false;
      const exited = new Promise<Exit>((resolve) => {
        process_.once("error", (error) => {
          keep(error.message);
          resolve({ code: 127, signal: null });
        });
        // `close` comes after the last line was read, `exit` may not.
        process_.once("close", (code, signal) => resolve({ code, signal }));
      }).then((exit) => {
        ended = true;
        running.delete(process_);
        guardian.forget(process_.pid);
        return exit;
      });
      const child: Child = {
        name,
        log: () => log,
        exited,
        hasExited: () => ended,
        async stop(signal = "SIGTERM") {
          if (ended) return await exited;
          process_.kill(signal);
          const grace = new AbortController();
          void delay(options.grace ?? GRACE, undefined, { signal: grace.signal }).then(
            () => process_.kill("SIGKILL"),
            () => undefined,
          );
          const exit = await exited;
          grace.abort();
          return exit;
        },
      };
      running.set(process_, child);
      guardian.watch(process_.pid);
      return child;
    },
    async stop() {
      await Promise.all([...running.values()].reverse().map((child) => child.stop()));
      process.off("exit", killAll);
      guardian.end();
    },
  };
}

interface Guardian {
  watch(pid: number | undefined): void;
  forget(pid: number | undefined): void;
  end(): void;
}

/** Reads `+pid` and `-pid`; at the end of its input, which comes when this process is gone, it ends those still watched. */
const GUARDIAN = `trap '' INT TERM HUP
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid ";;
    -*) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }";; esac;;
  esac
done
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
[ "$pids" = ' ' ] || sleep 2
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
exit 0`;

function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", ["-c", GUARDIAN], { stdio: ["pipe", "ignore", "ignore"] });
  // Without a shell the other two ways remain.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void }).unref?.();
  const tell = (sign: "+" | "-", pid: number | undefined): void => {
    if (pid !== undefined && shell.stdin.writable) shell.stdin.write(`${sign}${pid}\n`);
  };
  return { watch: (pid) => tell("+", pid), forget: (pid) => tell("-", pid), end: () => void shell.stdin.end() };
}
