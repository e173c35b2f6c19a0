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

/** Named values of a query, of cookies or of a form. */
export interface NameValues {
  /** Every value of a name, decoded, in the order received. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /**
   * Names whose value servers read differently: a bad escape, a separator that only some of them know, quotes. Reading one is an error,
   * so a rule that does is unknown; which way a server reads it never decides a rule.
   */
  readonly ambiguous: ReadonlySet<string>;
  /** An escape is bad or the text is not UTF-8: a service may see any name where we see this one, so all are ambiguous. */
  readonly unreadable: boolean;
}

/** The parts of a request that are parsed when somebody first asks, and once. */
export interface ParsedRequest {
  readonly request: Request;
  /** Normalized: lower case, without port. */
  readonly host: string;
  /** What stands after `?`, undecoded; empty where there is none. */
  readonly query: string;
  readonly peer?: PeerIdentity;
  readonly destination: { readonly namespace?: string; readonly serviceAccount?: string };
  queryParameters(): NameValues;
  cookies(): NameValues;
  /** The three are undefined where there is no whole body of that form. */
  bodyText(): string | undefined;
  bodyJson(): ClaimValue | undefined;
  bodyForm(): NameValues | undefined;
  /**
   * Whether there is a body that can be read as that: false without a body, and where it is said to be of another kind; `undefined` where there
   * is one that cannot be read, so that the service may read what we do not see.
   */
  bodyThere(as: "text" | "json" | "form"): boolean | undefined;
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
