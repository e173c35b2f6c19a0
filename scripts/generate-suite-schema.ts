/** Writes `manifests/suite.schema.json` from `src/cli/test/suite-schema.ts`; with `--check`, only tells whether it is up to date, and exits 1 if not. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { suiteJsonSchema } from "../src/cli/test/suite-schema.ts";

const ROOT = path.join(import.meta.dirname, "..");
const NAME = "manifests/suite.schema.json";
const FILE = path.join(ROOT, NAME);

/** As Biome would write it, since `npm run check` holds every file to that. */
const wanted = execFileSync(path.join(ROOT, "node_modules", ".bin", "biome"), ["format", `--stdin-file-path=${NAME}`], {
  cwd: ROOT,
  input: JSON.stringify(suiteJsonSchema(), null, 2),
  encoding: "utf8",
});
const found = await readFile(FILE, "utf8").catch(() => "");

if (process.argv.includes("--check")) {
  if (found !== wanted) console.error(`${NAME} is not what its source says; run \`node scripts/generate-suite-schema.ts\``);
  process.exitCode = found === wanted ? 0 : 1;
} else {
  await writeFile(FILE, wanted);
  console.log(`${NAME} ${found === wanted ? "is up to date" : "is written anew"}`);
}
