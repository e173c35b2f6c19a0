import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const DOCS = path.join(import.meta.dirname, "..", "..", "docs");
const pages = readdirSync(DOCS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));

/** As GitHub makes them: lower case, spaces to `-`, other punctuation gone; a second one of a name gets a number. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ""] of withoutFences(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

function brokenLinks(name: string): readonly string[] {
  const file = path.join(DOCS, name);
  const text = withoutFences(readFileSync(file, "utf8")).replaceAll(/``.*?``|`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [where = "", anchor] = link.split("#");
      const target = where === "" ? file : path.resolve(path.dirname(file), where);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).has(anchor);
    });
}

describe("links of the pages", () => {
  for (const name of pages) {
    it(`docs/${name} leads only to what exists`, () => {
      expect(brokenLinks(name)).toEqual([]);
    });
  }
});
