import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createChildren } from "../../scripts/components/children.ts";

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  const limit = Date.now() + 5_000;
  while (alive(pid)) {
    if (Date.now() > limit) throw new Error(`process ${pid} is still there`);
    await delay(10);
  }
}

describe("child processes", () => {
  test("tell their lines, their end and why they could not start", async () => {
    const children = createChildren();
    const child = children.start("one", "/bin/sh", ["-c", "echo out; echo err >&2; exit 3"]);
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect([...child.log()].sort()).toEqual(["err", "out"]);
    const missing = children.start("two", "/nowhere/program", []);
    expect(await missing.exited).toEqual({ code: 127, signal: null });
    expect(missing.log()).toEqual(["spawn /nowhere/program ENOENT"]);
    await children.stop();
  });

  test("that ignore SIGTERM are killed after their grace", async () => {
    const children = createChildren();
    const child = children.start("stubborn", "/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], {
      grace: 50,
    });
    while (child.log().length === 0) await delay(5);
    expect(await child.stop()).toEqual({ code: null, signal: "SIGKILL" });
    await children.stop();
  });

  for (const [what, end] of [
    ["is killed", (parent: ReturnType<typeof spawn>) => void parent.kill("SIGKILL")],
    ["fails with an exception", (parent: ReturnType<typeof spawn>) => void parent.stdin?.end()],
  ] as const) {
    test(`end when their parent ${what}`, async () => {
      const module = new URL("../../scripts/components/children.ts", import.meta.url).href;
      const script = `
        const { createChildren } = await import(${JSON.stringify(module)});
        const children = createChildren();
        const short = children.start("short", "/bin/sh", ["-c", "exit 0"]);
        await short.exited;
        children.start("long", "/bin/sh", ["-c", "echo $$; exec sleep 60"], { onLine: (line) => console.log(line) });
        process.stdin.on("end", () => { throw new Error("boom"); }).resume();`;
      const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "ignore"] });
      const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
      expect(alive(Number(line))).toBe(true);
      end(parent);
      await gone(Number(line));
    });
  }
});
