import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { collect, type FileResult } from "../../src/files/file-result.ts";
import { type ManifestWatcher, watchManifests } from "../../src/files/watch.ts";
import { digest } from "../api/manifests.ts";
import { policyText, temporaryFolder } from "./temporary-folder.ts";

/** Polls seldom enough that only events can have told. */
const EVENTS = { debounceMs: 5, pollMs: 3_600_000 };
/** Polls often, for what no event tells. */
const POLLING = { debounceMs: 5, pollMs: 20 };

interface Observed {
  readonly watcher: ManifestWatcher;
  /** Settles as soon as a read has given what is asked for. */
  readonly until: (condition: (names: string) => boolean) => Promise<string>;
  readonly reads: () => number;
}

/** Objects as a text: `a b`, and `!` for each file that cannot be read. */
function namesOf(results: readonly FileResult[]): string {
  const { resources, unreadable } = collect(results);
  return [...resources.map(({ name }) => name), ...unreadable.map(() => "!")].join(" ");
}

function observe(paths: readonly string[], timing: { readonly debounceMs: number; readonly pollMs: number }): Observed {
  const waiting = new Set<() => void>();
  let latest: string | undefined;
  let reads = 0;
  const watcher = watchManifests(
    paths,
    { digest, ...timing },
    {
      onRead(results) {
        latest = namesOf(results);
        reads++;
        for (const wake of waiting) wake();
      },
      onError(error) {
        throw error;
      },
    },
  );
  onTestFinished(() => watcher.close());
  return {
    watcher,
    reads: () => reads,
    until: (condition) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (latest === undefined || !condition(latest)) return;
          waiting.delete(wake);
          resolve(latest);
        };
        waiting.add(wake);
        wake();
      }),
  };
}

const are = (expected: string) => (names: string) => names === expected;

describe("a watched directory", () => {
  it("is read at the start and after each change: written, added, replaced by an editor, removed", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "a.yaml");
    await writeFile(file, policyText("one"));
    const { until } = observe([folder], EVENTS);
    expect(await until(are("one"))).toBe("one");
    await writeFile(file, policyText("two"));
    expect(await until(are("two"))).toBe("two");
    await writeFile(path.join(folder, "b.yaml"), policyText("more"));
    expect(await until(are("two more"))).toBe("two more");
    await writeFile(`${file}.tmp`, policyText("three"));
    await rename(`${file}.tmp`, file);
    expect(await until(are("three more"))).toBe("three more");
    await unlink(file);
    expect(await until(are("more"))).toBe("more");
    await writeFile(file, policyText("four"));
    expect(await until(are("four more"))).toBe("four more");
    await writeFile(file, "[");
    expect(await until(are("more !"))).toBe("more !");
  });

  it("is watched all the way down, in directories that come later too", async () => {
    const folder = await temporaryFolder();
    const { until } = observe([folder], POLLING);
    expect(await until(are(""))).toBe("");
    await mkdir(path.join(folder, "team/deep"), { recursive: true });
    await writeFile(path.join(folder, "team/deep/a.yaml"), policyText("deep"));
    expect(await until(are("deep"))).toBe("deep");
    await writeFile(path.join(folder, "team/deep/a.yaml"), policyText("deeper"));
    expect(await until(are("deeper"))).toBe("deeper");
  });

  it("that is a mounted ConfigMap is seen to be swapped, and never half", async () => {
    const folder = await temporaryFolder();
    const release = async (name: string): Promise<void> => {
      await mkdir(path.join(folder, `..${name}`));
      await writeFile(path.join(folder, `..${name}`, "a.yaml"), policyText(`${name}-a`));
      await writeFile(path.join(folder, `..${name}`, "b.yaml"), policyText(`${name}-b`));
      await symlink(`..${name}`, path.join(folder, "..data_tmp"));
      await rename(path.join(folder, "..data_tmp"), path.join(folder, "..data"));
    };
    await release("one");
    await symlink("..data/a.yaml", path.join(folder, "a.yaml"));
    await symlink("..data/b.yaml", path.join(folder, "b.yaml"));
    const seen: string[] = [];
    const { until } = observe([folder], EVENTS);
    await until((names) => seen.push(names) > 0 && names === "one-a one-b");
    await release("two");
    await until((names) => seen.push(names) > 0 && names === "two-a two-b");
    await release("three");
    await until((names) => seen.push(names) > 0 && names === "three-a three-b");
    expect(new Set(seen)).toEqual(new Set(["one-a one-b", "two-a two-b", "three-a three-b"]));
  });

  it("may be missing for a moment, or at the start", async () => {
    const parent = await temporaryFolder();
    const folder = path.join(parent, "policies");
    const { until } = observe([folder], EVENTS);
    expect(await until(are("!"))).toBe("!");
    await mkdir(folder);
    expect(await until(are(""))).toBe("");
    await writeFile(path.join(folder, "a.yaml"), policyText("one"));
    expect(await until(are("one"))).toBe("one");
  });

  it("that is removed and made again is watched again", async () => {
    const parent = await temporaryFolder();
    const folder = path.join(parent, "policies");
    await mkdir(folder);
    await writeFile(path.join(folder, "a.yaml"), policyText("one"));
    const { until } = observe([folder], POLLING);
    expect(await until(are("one"))).toBe("one");
    await rm(folder, { recursive: true });
    expect(await until(are("!"))).toBe("!");
    await mkdir(folder);
    await writeFile(path.join(folder, "a.yaml"), policyText("two"));
    expect(await until(are("two"))).toBe("two");
    await writeFile(path.join(folder, "a.yaml"), policyText("three"));
    expect(await until(are("three"))).toBe("three");
  });

  it("is looked at even where no event tells of a change, as behind a link", async () => {
    const folder = await temporaryFolder();
    const elsewhere = await temporaryFolder();
    await writeFile(path.join(elsewhere, "a.yaml"), policyText("one"));
    await symlink(elsewhere, path.join(folder, "link"));
    const { until } = observe([folder], POLLING);
    expect(await until(are("one"))).toBe("one");
    await writeFile(path.join(elsewhere, "a.yaml"), policyText("two"));
    expect(await until(are("two"))).toBe("two");
  });
});

describe("a watched file", () => {
  it("is seen to be replaced, removed and made again", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "a.yaml");
    await writeFile(file, policyText("one"));
    const { until } = observe([file], EVENTS);
    expect(await until(are("one"))).toBe("one");
    await writeFile(`${file}.tmp`, policyText("two"));
    await rename(`${file}.tmp`, file);
    expect(await until(are("two"))).toBe("two");
    await unlink(file);
    expect(await until(are("!"))).toBe("!");
    await writeFile(file, policyText("three"));
    expect(await until(are("three"))).toBe("three");
  });
});

describe("the watcher", () => {
  it("reads nothing again where nothing changed", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "a.yaml"), policyText("one"));
    const quiet = observe([folder], POLLING);
    await quiet.until(are("one"));
    const other = observe([folder], EVENTS);
    await other.until(are("one"));
    await writeFile(path.join(folder, "b.yaml"), policyText("two"));
    await Promise.all([quiet.until(are("one two")), other.until(are("one two"))]);
    expect(quiet.reads()).toBe(2);
  });

  it("calls nobody once it is closed, and can be closed twice", async () => {
    const folder = await temporaryFolder();
    const closing = observe([folder], EVENTS);
    await closing.until(are(""));
    const standing = observe([folder], EVENTS);
    await standing.until(are(""));
    await closing.watcher.close();
    await closing.watcher.close();
    await writeFile(path.join(folder, "a.yaml"), policyText("one"));
    await standing.until(are("one"));
    expect(closing.reads()).toBe(1);
  });

  it("goes on where a listener fails, and says so", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "a.yaml");
    await writeFile(file, policyText("one"));
    const failed = Promise.withResolvers<unknown>();
    const recovered = Promise.withResolvers<string>();
    const watcher = watchManifests(
      [folder],
      { digest, ...EVENTS },
      {
        onRead(results) {
          const names = namesOf(results);
          if (names === "one") throw new Error("no room");
          recovered.resolve(names);
        },
        onError: failed.resolve,
      },
    );
    onTestFinished(() => watcher.close());
    expect(await failed.promise).toEqual(new Error("no room"));
    await writeFile(file, policyText("two"));
    expect(await recovered.promise).toBe("two");
  });
});
