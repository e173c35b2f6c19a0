import type { ParsedRequest } from "../model/evaluation.ts";
import type { Identity } from "../model/identity.ts";

/** An identity as one policy sees it. */
export interface CelAuth {
  /** Name of the policy's own method that verified the credential; empty when another policy's did. */
  readonly method: string;
  readonly identity: Identity;
}

/** What one evaluation sees. Make a `ParsedRequest` once a request, and one of these for each reading and identity. */
export interface CelVariables {
  readonly request: ParsedRequest;
  /** The path of this reading: decoded, without query. */
  readonly path: string;
  /** Absent without a verified credential. */
  readonly auth?: CelAuth;
}
