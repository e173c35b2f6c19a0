import { mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findSuites } from "../../src/files/find-manifests.ts";
import { loadManifests, readManifests } from "../../src/files/read-manifests.ts";
import { digest } from "../api/manifests.ts";
import { policyText, temporaryFolder } from "./temporary-folder.ts";

/** Each file below the folder, with the names of its objects; `null` for one that cannot be read. */
async function namesIn(folder: string, ...paths: readonly string[]): Promise<unknown> {
  const results = await readManifests(paths.length === 0 ? [folder] : paths, { digest });
  return Object.fromEntries(
    results.map((result) => [
      path.relative(folder, result.file),
      result.unreadable ? null : result.resources.map(({ name }) => name),
    ]),
  );
}

describe("a directory", () => {
  it("is read whole and in order, and hidden names and other files are passed over", async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "team/deep"), { recursive: true });
    await mkdir(path.join(folder, ".git"));
    await mkdir(path.join(folder, "folder.yaml"));
    await Promise.all([
      writeFile(path.join(folder, "b.yaml"), policyText("b")),
      writeFile(path.join(folder, "a.YML"), policyText("a")),
      writeFile(
        path.join(folder, "team/deep/c.json"),
        JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "c" } }),
      ),
      writeFile(path.join(folder, "README.md"), "# not a manifest"),
      writeFile(path.join(folder, ".hidden.yaml"), "["),
      writeFile(path.join(folder, ".git/x.yaml"), "["),
    ]);
    expect(await namesIn(folder)).toEqual({ "a.YML": ["a"], "b.yaml": ["b"], "team/deep/c.json": ["c"] });
  });

  it("may hold suites of tests, which are no manifests", async () => {
    const folder = await temporaryFolder();
    const suites = ["a.test.yaml", "b.test.yml", "c.TEST.YAML", "d.test.json"];
    for (const name of [...suites, "test.yaml", "e.tests.yaml"]) await writeFile(path.join(folder, name), policyText("p"));
    expect(Object.keys((await namesIn(folder)) as object)).toEqual(["e.tests.yaml", "test.yaml"]);
    expect((await findSuites([folder])).files.map((file) => path.relative(folder, file))).toEqual([...suites].sort());
    // Whoever names a file means it.
    expect(await namesIn(folder, path.join(folder, "a.test.yaml"))).toEqual({ "a.test.yaml": ["p"] });
  });

  it("that is a mounted ConfigMap gives each file once, before and after it is swapped", async () => {
    const folder = await temporaryFolder();
    const release = async (name: string, policy: string): Promise<void> => {
      await mkdir(path.join(folder, name, "sub"), { recursive: true });
      await writeFile(path.join(folder, name, "orders.yaml"), policyText(policy));
      await writeFile(path.join(folder, name, "sub/stock.yaml"), policyText(`${policy}-stock`));
      await symlink(name, path.join(folder, "..data_tmp"));
      await rename(path.join(folder, "..data_tmp"), path.join(folder, "..data"));
    };
    await release("..one", "one");
    await symlink("..data/orders.yaml", path.join(folder, "orders.yaml"));
    await symlink("..data/sub", path.join(folder, "sub"));
    expect(await namesIn(folder)).toEqual({ "orders.yaml": ["one"], "sub/stock.yaml": ["one-stock"] });
    await release("..two", "two");
    expect(await namesIn(folder)).toEqual({ "orders.yaml": ["two"], "sub/stock.yaml": ["two-stock"] });
  });

  it("whose links lead in a circle is read once", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "a.yaml"), policyText("a"));
    await symlink(".", path.join(folder, "self"));
    await symlink("loop.yaml", path.join(folder, "loop.yaml"));
    expect(await namesIn(folder)).toEqual({ "a.yaml": ["a"], "loop.yaml": null });
  });

  it("given twice, or with a file in it, is read once", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "a.yaml");
    await writeFile(file, policyText("a"));
    expect(await namesIn(folder, folder, folder, file)).toEqual({ "a.yaml": ["a"] });
  });
});

describe("what cannot be read", () => {
  it("is told by file, and the other files are read", async () => {
    const folder = await temporaryFolder();
    await Promise.all([
      writeFile(path.join(folder, "good.yaml"), policyText("good")),
      writeFile(path.join(folder, "latin.yaml"), Buffer.from([0x61, 0x3a, 0x20, 0xe4])),
      writeFile(path.join(folder, "large.yaml"), ""),
      symlink("nowhere", path.join(folder, "dangling.yaml")),
    ]);
    await truncate(path.join(folder, "large.yaml"), 4 * 1024 * 1024 + 1);
    const missing = path.join(folder, "missing");
    const { resources, unreadable, diagnostics } = await loadManifests([folder, missing], { digest });
    expect(resources.map(({ name }) => name)).toEqual(["good"]);
    expect(unreadable.map((file) => path.relative(folder, file))).toEqual([
      "dangling.yaml",
      "large.yaml",
      "latin.yaml",
      "missing",
    ]);
    expect(diagnostics.map(({ message }) => message.replaceAll(`${folder}/`, ""))).toEqual([
      "`dangling.yaml` cannot be read: there is no such file or directory",
      "`large.yaml` cannot be read: it is larger than 4 MiB",
      "`latin.yaml` cannot be read: it is not valid UTF-8",
      "`missing` cannot be read: there is no such file or directory",
    ]);
  });

  it("is a directory that is not there", async () => {
    const folder = await temporaryFolder();
    await rm(folder, { recursive: true });
    expect(await readManifests([folder], { digest })).toEqual([
      {
        file: folder,
        resources: [],
        invalid: [],
        unreadable: true,
        sources: new Map(),
        diagnostics: [
          {
            code: "Unreadable",
            severity: "error",
            path: "",
            message: `\`${folder}\` cannot be read: there is no such file or directory`,
            source: { file: folder, line: 1, column: 1 },
          },
        ],
      },
    ]);
  });
});

it("an object that stands in two files counts where it stands first", async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, "a.yaml"), policyText("orders"));
  await writeFile(path.join(folder, "b.yaml"), policyText("orders", "{ mode: Shadow }"));
  const { resources, invalid, diagnostics } = await loadManifests([folder], { digest });
  expect(resources).toMatchObject([{ name: "orders", spec: { mode: "Enforce" } }]);
  expect(invalid).toMatchObject([{ object: { name: "orders" }, lostPolicy: true }]);
  expect(diagnostics).toEqual([
    {
      code: "DuplicateObject",
      severity: "error",
      object: { kind: "APIPolicy", namespace: "shop", name: "orders" },
      path: "metadata.name",
      message: `\`APIPolicy shop/orders\` stands in \`${path.join(folder, "a.yaml")}\` already`,
      help: "remove one of the two, or give it a name of its own",
      source: { file: path.join(folder, "b.yaml"), line: 3, column: 13 },
    },
  ]);
});
