import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readPage } from "./fences.ts";

const FOLDER = path.join(import.meta.dirname, "..", "..", "docs", "adr");
const pages = readdirSync(FOLDER)
  .filter((name) => name !== "README.md")
  .toSorted();

describe("the decisions under docs/adr", () => {
  it("are numbered without a gap", () => {
    expect(pages.map((name) => name.slice(0, 5))).toEqual(pages.map((_, index) => `${String(index + 1).padStart(4, "0")}-`));
  });

  it("stand in the list, each with its title", () => {
    const list = readPage("adr/README.md").replaceAll(/ +/g, " ");
    for (const name of pages) {
      const title = /^# \d+\. (.*)$/m.exec(readPage(`adr/${name}`))?.[1] ?? "no title";
      expect(list).toContain(`| [${name.slice(0, 4)}](${name}) | ${title} |`);
    }
  });

  for (const name of pages) {
    it(`${name} says why, what, what follows and what else`, () => {
      const heads = [...readPage(`adr/${name}`).matchAll(/^## (.*)$/gm)].map(([, head]) => head);
      expect(heads).toEqual(["Context", "Decision", "Consequences", "Alternatives"]);
    });
  }
});
