export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly help: string };

/** The commands there are; some take no settings. */
export type CommandName = "serve" | "lint" | "explain" | "test" | "crds" | "version";

interface SettingBase {
  /** The flag without its dashes: `grpc-address`. The environment's and the file's names are derived from it. */
  readonly flag: string;
  readonly commands: readonly CommandName[];
  /** What the value looks like, for help texts: `HOST:PORT`. */
  readonly placeholder: string;
  /** One sentence: lower-case start, no full stop. */
  readonly description: string;
  /** The default as a user would write it; absent where there is none. */
  readonly default?: string;
}

/**
 * One setting, however it is given. The text is the same from a flag, the environment and the file, so one parser serves all three.
 * A `list` may be repeated on the command line, is separated by commas in the environment, and may be a sequence in the file.
 */
export type Setting<T> = SettingBase &
  ([T] extends [readonly (infer Item)[]]
    ? { readonly list: true; readonly parse: (text: string) => Parsed<Item> }
    : { readonly list: false; readonly parse: (text: string) => Parsed<Exclude<T, undefined>> });

/** A setting whose type is of no concern. */
export interface AnySetting extends SettingBase {
  readonly list: boolean;
  readonly parse: (text: string) => Parsed<unknown>;
}

/** `grpc-address` → `SALLYPORT_GRPC_ADDRESS` */
export function envName(flag: string): string {
  return `SALLYPORT_${flag.replaceAll("-", "_").toUpperCase()}`;
}

/** `grpc-address` → `grpcAddress` */
export function fileKey(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
