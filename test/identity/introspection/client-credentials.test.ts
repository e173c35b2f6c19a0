import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCredentialsDirectory, type FindCredentials } from "../../../src/identity/introspection/client-credentials.ts";
import { makeProvider } from "../issuer.ts";

describe("a directory of client credentials", () => {
  const good = { url: "https://id.example.com/introspect", clientId: "door", clientSecret: "s3cret" };
  let directory: string;
  let find: FindCredentials;
  const of = (name: string) => find(makeProvider({ name }));

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "sallyport-"));
    find = createCredentialsDirectory(path.join(directory, "mounted"));
    await writeFile(path.join(directory, "outside"), JSON.stringify(good));
    await mkdir(path.join(directory, "mounted"));
    const files = {
      shop_corp: JSON.stringify(good),
      corp: JSON.stringify({ ...good, clientId: "cluster" }),
      text: "door:s3cret",
      list: "[]",
      partial: JSON.stringify({ ...good, clientSecret: undefined }),
      anonymous: JSON.stringify({ ...good, clientId: "" }),
      large: JSON.stringify({ ...good, comment: "x".repeat(20_000) }),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, "mounted", name), text);
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("has a file for each provider of a namespace, and one for each of the cluster", async () => {
    expect(await of("shop/corp")).toEqual(good);
    expect(await of("corp")).toEqual({ ...good, clientId: "cluster" });
    expect(await of("pay/corp")).toBe("there are no client credentials `pay_corp`");
  });

  it("is read anew for each question, so that a secret can be changed", async () => {
    await writeFile(path.join(directory, "mounted", "rotating"), JSON.stringify(good));
    expect(await of("rotating")).toEqual(good);
    await writeFile(path.join(directory, "mounted", "rotating"), JSON.stringify({ ...good, clientSecret: "next" }));
    expect(await of("rotating")).toEqual({ ...good, clientSecret: "next" });
  });

  it("tells what is wrong with a file, and none of what it holds", async () => {
    expect(await Promise.all(["text", "list", "partial", "anonymous", "large"].map(of))).toEqual([
      "the client credentials `text` are not JSON",
      "the client credentials `list` lack `url`, `clientId` or `clientSecret`",
      "the client credentials `partial` lack `url`, `clientId` or `clientSecret`",
      "the client credentials `anonymous` lack `url`, `clientId` or `clientSecret`",
      "the client credentials `large` are too large",
    ]);
  });

  it("is left by no name", async () => {
    for (const name of ["../outside", "..", "a/../outside", "/etc/passwd", "", "a/b/c"]) {
      expect(await of(name)).toMatch(/^the name `.*` is none of a file$/);
    }
  });
});
