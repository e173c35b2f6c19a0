import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DOCS, fillSections, generatedPages } from "../../scripts/docs/pages.ts";

describe("generated pages", () => {
  it("are what their sources say; `npm run generate` writes them", async () => {
    for (const [name, text] of await generatedPages()) {
      expect({ name, text: await readFile(path.join(DOCS, name), "utf8") }).toEqual({ name, text });
    }
  });

  it("a part is put between its markers and nothing else is touched", () => {
    const page = "a\n<!-- generated: x -->\n\nold\n\n<!-- end -->\nb\n<!-- end -->";
    expect(fillSections(page, new Map([["x", "new"]]))).toBe("a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- end -->");
  });

  it("a page without the marker of a part is told", () => {
    expect(() => fillSections("a", new Map([["x", "new"]]))).toThrow("the page has no part `x`");
  });
});
