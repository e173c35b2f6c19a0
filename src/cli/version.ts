import type { CommandResult, OutputFormat } from "./command-result.ts";

export interface VersionInfo {
  readonly version: string;
  /** The commit that was built; `unknown` in a working copy. */
  readonly revision: string;
  /** `v24.21.0` */
  readonly node: string;
}

export function renderVersion({ version, revision, node }: VersionInfo, format: OutputFormat): CommandResult {
  const text =
    format === "json" ? JSON.stringify({ version, revision, node }) : `sallyport ${version} (revision ${revision}, node ${node})`;
  return { exitCode: 0, stdout: `${text}\n`, stderr: "" };
}
