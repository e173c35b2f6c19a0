import { BODIES } from "./bodies.ts";
import type { Bypass } from "./bypass.ts";
import { CALLERS } from "./callers.ts";
import { ENGINE } from "./engine.ts";
import { HEADERS } from "./headers.ts";
import { HOSTS } from "./hosts.ts";
import { PATHS } from "./paths.ts";
import { PLATFORM } from "./platform.ts";
import { TOKENS } from "./tokens.ts";

/** Every class of attack by what it works on. From it come the tests, by CheckRequests and through Envoy, and docs/bypasses.md. */
export const BYPASSES: ReadonlyMap<string, readonly Bypass[]> = new Map([
  ["Paths and methods", PATHS],
  ["Hosts", HOSTS],
  ["Headers", HEADERS],
  ["Callers", CALLERS],
  ["Tokens", TOKENS],
  ["Bodies", BODIES],
  ["The engine", ENGINE],
  ["Platform", PLATFORM],
]);
