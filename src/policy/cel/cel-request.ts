import type { ClaimValue, Identity, PeerIdentity } from "../model/identity.ts";
import type { Request } from "../model/request.ts";

/** What is already known of a request before a condition runs, whatever the reading of its path and whoever it speaks for. */
export interface CelRequestFacts {
  readonly request: Request;
  /** Normalized: lower case, no port. */
  readonly host: string;
  /** What stands after the `?`, undecoded; empty when there is none. */
  readonly query: string;
  /** Absent when the peer proved no identity. */
  readonly peer?: PeerIdentity;
  readonly destination: { readonly namespace?: string; readonly serviceAccount?: string };
}

/** An identity as one policy sees it. */
export interface CelAuth {
  /** Name of the policy's own method that verified the credential; empty when another policy's did. */
  readonly method: string;
  readonly identity: Identity;
}

/** What one evaluation sees. Make a `CelRequest` once a request, and one of these for each reading and identity. */
export interface CelVariables {
  readonly request: CelRequest;
  /** The path of this reading: decoded, without query. */
  readonly path: string;
  /** Absent without a verified credential. */
  readonly auth?: CelAuth;
}

/** Values by name, in the order received. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** A request for conditions. Query, cookies and body are parsed when an expression first reads them, and once. */
export interface CelRequest extends CelRequestFacts {
  /** Undefined when an escape is bad: then nothing of the query can be trusted to have the name it seems to have. */
  queryParameters(): Parameters | undefined;
  cookies(): Parameters;
  bodyText(): string | undefined;
  bodyJson(): ClaimValue | undefined;
  bodyForm(): Parameters | undefined;
}
