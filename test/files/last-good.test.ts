import { describe, expect, it } from "vitest";
import type { FileResult } from "../../src/files/file-result.ts";
import { withLastGood } from "../../src/files/last-good.ts";
import { parseFile, unreadableFile } from "../../src/files/parse-file.ts";
import { digest } from "../api/manifests.ts";
import { policyText } from "./temporary-folder.ts";

const good = (file: string, ...names: readonly string[]): FileResult =>
  parseFile(file, names.map((name) => policyText(name)).join("---\n"), digest);
const broken = (file: string): FileResult => parseFile(file, "[", digest);
const gone = (folder: string): FileResult => unreadableFile(folder, []);

/** Each file as `name: objects`, with what is wrong with it. */
function shown(results: readonly FileResult[]): readonly string[] {
  return results.map(({ file, resources, unreadable, stale, diagnostics }) =>
    [
      `${file}:`,
      ...resources.map(({ name }) => name),
      ...(unreadable ? ["unreadable"] : []),
      ...(stale === true ? ["stale"] : []),
      ...diagnostics.map(({ code }) => code),
    ].join(" "),
  );
}

/** What is in force after each of several states. */
function inForce(...states: readonly (readonly FileResult[])[]): readonly string[] {
  let results: readonly FileResult[] = [];
  for (const state of states) results = withLastGood(results, state);
  return shown(results);
}

describe("what is in force after a change", () => {
  it("is the new state, where it can be read", () => {
    expect(inForce([good("a", "x")], [good("a", "y"), good("b", "z")])).toEqual(["a: y", "b: z"]);
  });

  it("is the last good state of a file that broke, for as long as it stays broken", () => {
    expect(inForce([good("a", "x"), good("b", "z")], [broken("a"), good("b", "w")])).toEqual(["a: x stale InvalidYAML", "b: w"]);
    expect(inForce([good("a", "x")], [broken("a")], [broken("a")])).toEqual(["a: x stale InvalidYAML"]);
    expect(inForce([good("a", "x")], [broken("a")], [good("a", "y")])).toEqual(["a: y"]);
  });

  it("is nothing of a file that never was good", () => {
    expect(inForce([broken("a")], [broken("a")])).toEqual(["a: unreadable InvalidYAML"]);
  });

  it("is nothing of a file that was removed", () => {
    expect(inForce([good("a", "x"), good("b", "y")], [good("b", "y")])).toEqual(["b: y"]);
  });

  it("takes an object that moved from where it stands now", () => {
    expect(inForce([good("a", "x", "y")], [broken("a"), good("b", "y")])).toEqual(["a: x stale InvalidYAML", "b: y"]);
  });

  it("outlives a directory that is missing for a moment", () => {
    const there = [good("dir/a", "x"), good("dir/sub/b", "y"), good("dirt/c", "z")];
    expect(inForce(there, [gone("dir"), good("dirt/c", "z")])).toEqual([
      "dir: stale",
      "dir/a: x stale",
      "dir/sub/b: y stale",
      "dirt/c: z",
    ]);
    expect(inForce(there, [gone("dir")], [gone("dir")])).toEqual(["dir: stale", "dir/a: x stale", "dir/sub/b: y stale"]);
    expect(inForce(there, [gone("dir")], [good("dir/a", "w")])).toEqual(["dir/a: w"]);
  });
});
