import { readFileSync } from "node:fs";

export interface Version {
  readonly version: string;
  /** The commit that was built, from `SALLYPORT_REVISION` at build time; `unknown` where nobody said. */
  readonly revision: string;
}

export function readVersion(env: Readonly<Record<string, string | undefined>>): Version {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return { version, revision: env["SALLYPORT_REVISION"] ?? "unknown" };
}
