import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

/** A path that could not be looked at, with what to say of it. */
interface PathFault {
  readonly path: string;
  readonly message: string;
}

export interface FoundFiles {
  /** Sorted by code unit, without repetition. */
  readonly files: readonly string[];
  /** The directories that were looked into, those behind links included. */
  readonly folders: readonly string[];
  readonly faults: readonly PathFault[];
}

const MOST_FILES = 100_000;
const DEEPEST = 32;
const MANIFEST = /\.(?:ya?ml|json)$/iu;
const SUITE = /\.test\.(?:ya?ml|json)$/iu;

/** Whether a name is one of a suite of tests, which is never served and never linted as a manifest. */
function isSuite(name: string): boolean {
  return SUITE.test(name);
}

function isManifest(name: string): boolean {
  return MANIFEST.test(name) && !isSuite(name);
}

/** Says what the operating system said, without its jargon. */
export function reasonOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file or directory";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "its symbolic links lead in a circle";
    case "EMFILE":
    case "ENFILE":
      return "too many files are open";
    default:
      return typeof code === "string" ? `the system says ${code}` : "it cannot be read";
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}

/**
 * Finds the manifests: each path that is a file, and every `.yaml`, `.yml` and `.json` below each that is a directory, but for suites of
 * tests (`.test.yaml`). Hidden names are passed over (`..data` of a mounted ConfigMap, `.git`); symbolic links are followed, so that a
 * ConfigMap's files are found once.
 */
export function findManifests(paths: readonly string[]): Promise<FoundFiles> {
  return findFiles(paths, isManifest);
}

/** Finds the suites of tests: each path that is a file, and every `.test.yaml`, `.test.yml` and `.test.json` below each that is a directory. */
export function findSuites(paths: readonly string[]): Promise<FoundFiles> {
  return findFiles(paths, isSuite);
}

async function findFiles(paths: readonly string[], wanted: (name: string) => boolean): Promise<FoundFiles> {
  const files = new Set<string>();
  const faults: PathFault[] = [];
  const folders: string[] = [];
  const visited = new Set<string>();

  const visitFolder = async (folder: string, depth: number): Promise<void> => {
    const real = await realpath(folder);
    if (visited.has(real)) return;
    visited.add(real);
    if (depth > DEEPEST) {
      faults.push({ path: folder, message: `it is more than ${DEEPEST} directories deep` });
      return;
    }
    folders.push(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!entry.name.startsWith(".")) await visitEntry(path.join(folder, entry.name), entry, depth);
    }
  };

  const visitEntry = async (found: string, entry: Dirent, depth: number): Promise<void> => {
    const manifest = wanted(entry.name);
    if (!manifest && !entry.isDirectory() && !entry.isSymbolicLink()) return;
    try {
      const target: Dirent | Stats = entry.isSymbolicLink() ? await stat(found) : entry;
      if (target.isDirectory()) await visitFolder(found, depth + 1);
      else if (manifest && target.isFile()) add(found);
    } catch (error) {
      // What vanished since its folder was listed is simply not there; a link that leads nowhere was put there by someone.
      if (!isMissing(error) || (manifest && entry.isSymbolicLink())) faults.push({ path: found, message: reasonOf(error) });
    }
  };

  const add = (file: string): void => {
    if (files.size < MOST_FILES) files.add(file);
    else if (!faults.some((fault) => fault.path === ""))
      faults.push({ path: file, message: `there are more than ${MOST_FILES} files` });
  };

  for (const given of paths) {
    try {
      const target = await stat(given);
      if (target.isDirectory()) await visitFolder(given, 0);
      else if (target.isFile()) add(given);
      else faults.push({ path: given, message: "it is neither a file nor a directory" });
    } catch (error) {
      faults.push({ path: given, message: reasonOf(error) });
    }
  }
  return { files: [...files].sort((a, b) => (a < b ? -1 : 1)), folders, faults };
}
