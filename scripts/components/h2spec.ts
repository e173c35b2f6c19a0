import { execFile } from "node:child_process";
import { access, constants, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, withLock } from "./cache.ts";

const run = promisify(execFile);

/** The release that the project is held to. Source: github.com/summerwind/h2spec. */
export const H2SPEC_VERSION = "2.2.1";

export type H2specResult =
  | { readonly found: true; readonly path: string }
  /** `reason` is one line; `help` says what to do about it. */
  | { readonly found: false; readonly reason: string; readonly help: string };

export interface H2specOptions {
  /** Told what is being done, one line at a time, only when it takes a while. */
  readonly onProgress?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/** The HTTP/2 conformance tool: `H2SPEC_BIN`, else the cached one, else built from its Go module into the cache. */
export async function findOrBuildH2spec(options: H2specOptions = {}): Promise<H2specResult> {
  const env = options.env ?? process.env;
  const named = env["H2SPEC_BIN"];
  if (named) {
    return (await isExecutable(named))
      ? { found: true, path: named }
      : { found: false, reason: `H2SPEC_BIN is \`${named}\`, which cannot be run`, help: "correct H2SPEC_BIN or unset it" };
  }
  const cache = cacheDirectory(env);
  const directory = join(cache, `h2spec-${H2SPEC_VERSION}`);
  const path = join(directory, "h2spec");
  if (await isExecutable(path)) return { found: true, path };
  try {
    return await withLock(cache, `h2spec-${H2SPEC_VERSION}`, async () =>
      (await isExecutable(path)) ? { found: true, path } : await build(cache, directory, env, options.onProgress),
    );
  } catch (error) {
    return {
      found: false,
      reason: `cannot write to the cache ${cache}: ${oneLine(error)}`,
      help: "set XDG_CACHE_HOME to a directory you can write",
    };
  }
}

async function build(
  cache: string,
  directory: string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void = () => undefined,
): Promise<H2specResult> {
  const go = await run("go", ["version"], { env }).catch((error: Error) => error);
  if (go instanceof Error) {
    return {
      found: false,
      reason: "go is not on PATH, so h2spec cannot be built",
      help: "install Go, or set H2SPEC_BIN to an h2spec",
    };
  }
  const work = await mkdtemp(join(cache, `h2spec-${H2SPEC_VERSION}.build-`));
  try {
    progress(`building h2spec ${H2SPEC_VERSION} (about 20 seconds), once; it is kept in ${directory}`);
    const module = `github.com/summerwind/h2spec/cmd/h2spec@v${H2SPEC_VERSION}+incompatible`;
    await run("go", ["install", module], { env: { ...env, GOBIN: work, CGO_ENABLED: "0" } });
    await rm(directory, { recursive: true, force: true });
    await rename(work, directory);
    return { found: true, path: join(directory, "h2spec") };
  } catch (error) {
    return {
      found: false,
      reason: `h2spec cannot be built: ${oneLine(error)}`,
      help: "see whether Go can reach its module proxy",
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0] ?? "";
}
