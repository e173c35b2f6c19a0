import { stat } from "node:fs/promises";
import { findManifests } from "./find-manifests.ts";

const AT_ONCE = 64;

/**
 * A text that differs whenever a manifest was added, removed, replaced or written: names, inodes, sizes and times of every file. Reading
 * these costs far less than reading the files, so it is what polling compares.
 */
export async function fingerprint(paths: readonly string[]): Promise<string> {
  const { files, faults } = await findManifests(paths);
  const lines = faults.map(({ path, message }) => `${path}\0${message}`);
  for (let start = 0; start < files.length; start += AT_ONCE) {
    lines.push(...(await Promise.all(files.slice(start, start + AT_ONCE).map(lineOf))));
  }
  return lines.join("\n");
}

async function lineOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [file, dev, ino, size, mtimeNs, ctimeNs].join("\0");
  } catch {
    return `${file}\0gone`;
  }
}
