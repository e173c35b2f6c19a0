import { stat } from "node:fs/promises";
import { findManifests } from "./find-manifests.ts";

const AT_ONCE = 64;

export interface Fingerprint {
  readonly text: string;
  /** The directories that a change would show in. */
  readonly folders: readonly string[];
}

/**
 * A text that differs whenever a manifest was added, removed, replaced or written: names, inodes, sizes and times of every file. Reading
 * these costs far less than reading the files, so it is what polling compares.
 */
export async function fingerprint(paths: readonly string[]): Promise<Fingerprint> {
  const { files, folders, faults } = await findManifests(paths);
  const lines = faults.map(({ path, message }) => `${path}\0${message}`);
  for (let start = 0; start < files.length; start += AT_ONCE) {
    lines.push(...(await Promise.all(files.slice(start, start + AT_ONCE).map(lineOf))));
  }
  return { text: lines.join("\n"), folders };
}

async function lineOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [file, dev, ino, size, mtimeNs, ctimeNs].join("\0");
  } catch {
    return `${file}\0gone`;
  }
}
