import { readFile } from "node:fs/promises";
import path from "node:path";
import { renderSettingsPage } from "../../src/config/docs-page.ts";
import { celSections } from "./cel-sections.ts";
import { renderMetrics } from "./metrics.ts";
import { renderPolicyReference } from "./policy-reference.ts";
import { renderReasons } from "./reasons.ts";

export const DOCS: string = path.join(import.meta.dirname, "..", "..", "docs");

/** Every page that has a generated part, by its name under docs/, as it should be. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["policy-reference.md", renderPolicyReference()],
    ["reasons.md", renderReasons()],
    ["configuration.md", renderSettingsPage()],
    ["metrics.md", await renderMetrics()],
    ["cel.md", fillSections(await readFile(path.join(DOCS, "cel.md"), "utf8"), celSections())],
  ]);
}

/**
 * Puts each generated part between its markers, `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @throws {Error} where the page lacks a marker
 */
export function fillSections(page: string, sections: ReadonlyMap<string, string>): string {
  let filled = page;
  for (const [name, text] of sections) {
    const opening = `<!-- generated: ${name} -->`;
    const start = filled.indexOf(opening) + opening.length;
    const end = filled.indexOf("<!-- end -->", start);
    if (start < opening.length || end < 0) throw new Error(`the page has no part \`${name}\``);
    filled = `${filled.slice(0, start)}\n\n${text}\n\n${filled.slice(end)}`;
  }
  return filled;
}
