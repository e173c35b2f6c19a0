import type { ClaimValue, Identity, PeerIdentity } from "./identity.ts";
import type { Request } from "./request.ts";

/** One way to read the request's path: decoded once, in NFC, without query. What only some matchers want is worked out when asked for. */
export interface PathReading {
  readonly text: string;
  /** What stands between the slashes: `/a/b` is `a`, `b`; a trailing slash gives an empty last one, and `/` one empty segment. */
  readonly segments: readonly string[];
  /** The text with ASCII letters in lower case. */
  readonly foldedAscii: string;
  /** The text folded as broadly as any server might. */
  readonly foldedUnicode: string;
}

/** Values by name, in the order received. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** The parts of a request that are parsed when somebody first asks, and once. */
export interface ParsedRequest {
  readonly request: Request;
  /** Normalized: lower case, without port. */
  readonly host: string;
  /** What stands after `?`, undecoded; empty where there is none. */
  readonly query: string;
  readonly peer?: PeerIdentity;
  readonly destination: { readonly namespace?: string; readonly serviceAccount?: string };
  /** Undefined when an escape is bad: then nothing of the query can be trusted to have the name it seems to have. */
  queryParameters(): Parameters | undefined;
  cookies(): Parameters;
  bodyText(): string | undefined;
  bodyJson(): ClaimValue | undefined;
  bodyForm(): Parameters | undefined;
}

/** What one evaluation of one rule sees: a request, one reading of its path, and one identity or none. */
export interface Evaluation {
  readonly request: Request;
  readonly parsed: ParsedRequest;
  readonly method: string;
  /** Normalized: lower case, without port. */
  readonly host: string;
  readonly peer: PeerIdentity | undefined;
  readonly reading: PathReading;
  readonly identity: Identity | undefined;
  /** Names of the rule's own policy's methods that accepted the identity's credential; empty where only another policy's did. */
  readonly methodNames: readonly string[];
}
