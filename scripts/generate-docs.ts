/** Writes the generated pages of `docs`; with `--check`, only tells which of them are out of step with their source, and exits 1 if any is. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DOCS, generatedPages } from "./docs/pages.ts";

const wanted = await generatedPages();
const stale: string[] = [];
for (const [name, text] of wanted) {
  const found = await readFile(path.join(DOCS, name), "utf8").catch(() => "");
  if (found !== text) stale.push(name);
}

if (process.argv.includes("--check")) {
  for (const name of stale) console.error(`docs/${name} is not what its source says; run \`node scripts/generate-docs.ts\``);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const name of stale) await writeFile(path.join(DOCS, name), wanted.get(name) ?? "");
  console.log(`${wanted.size} pages, ${stale.length} of them new or changed`);
}
