import type { Config } from "../config/config.ts";
import type { CompileOptions } from "../policy/compile/snapshot.ts";

export function compileOptions({ trustDomain, defaultAction, trustedHops, installationNamespace }: Config): CompileOptions {
  return { trustDomain, defaultAction, trustedHops, installationNamespace };
}
