import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { renderSettingsPage } from "../../src/config/docs-page.ts";
import { renderBypasses } from "./bypasses.ts";
import { celSections } from "./cel-sections.ts";
import { renderMetrics } from "./metrics.ts";
import { renderPolicyReference } from "./policy-reference.ts";
import { renderReasons } from "./reasons.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
export const DOCS: string = path.join(ROOT, "docs");

/** Every page that has a generated part, by its name under docs/, as it should be. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([
    ["policy-reference.md", renderPolicyReference()],
    ["reasons.md", renderReasons()],
    ["configuration.md", renderSettingsPage()],
    ["metrics.md", await renderMetrics()],
    ["bypasses.md", renderBypasses()],
    ["cel.md", fillSections(await readFile(path.join(DOCS, "cel.md"), "utf8"), celSections())],
  ]);
  return new Map([...pages].map(([name, text]) => [name, formatted(name, text)]));
}

/** As Biome would write it, since `npm run check` holds every page to that. */
function formatted(name: string, text: string): string {
  const biome = path.join(ROOT, "node_modules", ".bin", "biome");
  return execFileSync(biome, ["format", `--stdin-file-path=docs/${name}`], { cwd: ROOT, input: text, encoding: "utf8" });
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
