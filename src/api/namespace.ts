import type { Resource } from "./resource.ts";

/** Only its labels matter. */
export type Namespace = Resource<"Namespace", Readonly<Record<string, never>>>;
