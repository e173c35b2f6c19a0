import { readFile, stat } from "node:fs/promises";
import type { Digest } from "../api/secret.ts";
import type { Diagnostic } from "../policy/model/diagnostic.ts";
import { tellDuplicates } from "./duplicates.ts";
import { collect, type FileResult, type Manifests } from "./file-result.ts";
import { findManifests, reasonOf } from "./find-manifests.ts";
import { parseFile, unreadableFile } from "./parse-file.ts";

export interface ReadOptions {
  /** Turns an API key into what is kept of it. */
  readonly digest: Digest;
}

/** Four times what a ConfigMap can hold. */
const LARGEST = 4 * 1024 * 1024;
const AT_ONCE = 16;

/**
 * Reads every manifest under the paths, one result a file, sorted by path. It never rejects: what cannot be read is a result that says so.
 */
export async function readManifests(paths: readonly string[], options: ReadOptions): Promise<readonly FileResult[]> {
  const { files, faults } = await findManifests(paths);
  const results = faults.map(({ path, message }) => unreadableFile(path, [unreadable(path, message)]));
  for (let start = 0; start < files.length; start += AT_ONCE) {
    results.push(...(await Promise.all(files.slice(start, start + AT_ONCE).map((file) => readOne(file, options)))));
  }
  return tellDuplicates(results.sort((a, b) => (a.file < b.file ? -1 : 1)));
}

/** As {@link readManifests}, with all files as one. */
export async function loadManifests(paths: readonly string[], options: ReadOptions): Promise<Manifests> {
  return collect(await readManifests(paths, options));
}

function unreadable(file: string, reason: string): Diagnostic {
  return {
    code: "Unreadable",
    severity: "error",
    path: "",
    message: `\`${file}\` cannot be read: ${reason}`,
    source: { file, line: 1, column: 1 },
  };
}

async function readOne(file: string, { digest }: ReadOptions): Promise<FileResult> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST) return unreadableFile(file, [unreadable(file, `it is larger than ${LARGEST / 1024 / 1024} MiB`)]);
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const reason = error instanceof TypeError ? "it is not valid UTF-8" : reasonOf(error);
    return unreadableFile(file, [unreadable(file, reason)]);
  }
  return parseFile(file, text, digest);
}
