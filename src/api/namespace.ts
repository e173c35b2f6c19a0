import type { Resource } from "./resource.ts";

/** Only its labels matter. */
export type Namespace = Resource<"Namespace", Record<never, never>>;
