/** What a command says and how it ends; writing it is left to `main`. */
export interface CommandResult {
  /** 0: done; 1: the input has faults, or the command failed; 2: it was called wrongly. */
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

export type OutputFormat = "text" | "json";
