import type { Config, ConfigFault } from "./config.ts";

/** One text that someone gave for one setting, not parsed yet. */
export interface Given {
  readonly key: keyof Config;
  readonly text: string;
  /** `flag --grpc-address`, `env SALLYPORT_GRPC_ADDRESS`, `config.yaml:3:5` */
  readonly source: string;
}

/** What one source says: a list setting may occur several times, any other once. */
export interface Reading {
  readonly given: readonly Given[];
  readonly faults: readonly ConfigFault[];
  /** Settings that are given in a form from which no text could be taken. */
  readonly unread: readonly (keyof Config)[];
}

/** The flag that names the configuration file; it is no setting, because a file cannot name itself. */
export const CONFIG_FLAG = "config";
