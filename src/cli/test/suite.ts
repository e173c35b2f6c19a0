import type { Config } from "../../config/config.ts";
import type { CredentialLocation } from "../../policy/model/authentication.ts";
import type { SourcePosition } from "../../policy/model/diagnostic.ts";
import type { Reason } from "../../policy/model/reason.ts";
import type { Request } from "../../policy/model/request.ts";

/** The settings of an installation that change what policies mean. */
export type SuiteSettings = Pick<Config, "trustDomain" | "trustedHops" | "installationNamespace" | "defaultAction">;

/** A suite of tests, read from one file. */
export interface Suite {
  readonly file: string;
  readonly policies: readonly { readonly path: string; readonly source: SourcePosition }[];
  /** Milliseconds since the epoch: the time of every test. */
  readonly now: number;
  readonly settings: SuiteSettings;
  readonly tests: readonly SuiteTest[];
  /** Mutants that are known to change nothing, by id, and why. */
  readonly equivalents: ReadonlyMap<string, EquivalentMutant>;
}

export interface EquivalentMutant {
  readonly why: string;
  readonly source: SourcePosition;
}

export interface SuiteTest {
  readonly name: string;
  readonly source: SourcePosition;
  /** Without its credentials, which stand where the target's policies look for them. */
  readonly request: Request;
  readonly credentials: readonly SuiteCredential[];
  readonly expect: Expectation;
}

interface SuiteCredentialBase {
  /** The identity's name in the suite. */
  readonly identity: string;
  readonly source: SourcePosition;
  /** Why the credential is refused; absent for one that is judged by what it says. */
  readonly refused: Reason | undefined;
  /** Absent where the target's policies say it. */
  readonly at: CredentialLocation | undefined;
}

export interface SuiteToken extends SuiteCredentialBase {
  /** `introspection` for a token that its provider must be asked about. */
  readonly kind: "jwt" | "kubernetesToken" | "introspection";
  /** As `auth.provider` names it: `shop/corp`, `corp`. */
  readonly provider: string;
  /** As JSON has them; of a token that its provider is asked about, what it answers. A null claim is left out. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface SuiteApiKey extends SuiteCredentialBase {
  readonly kind: "apiKey";
  /** `namespace/name` of the Secret. */
  readonly secret: string;
  /** In the place of the Secret's own. */
  readonly scopes: readonly string[] | undefined;
}

export type SuiteCredential = SuiteToken | SuiteApiKey;

/** What a test asks of the decision. What is absent is not asked. */
export interface Expectation {
  readonly decision?: string;
  readonly reason?: string;
  readonly policy?: string;
  readonly rule?: string;
  readonly status?: number;
  readonly setHeaders?: ReadonlyMap<string, string>;
  readonly removeHeaders?: readonly string[];
  readonly headers?: ReadonlyMap<string, string>;
  readonly body?: string;
  /** Exactly these, in any order. */
  readonly audits?: readonly string[];
  readonly shadows?: ReadonlyMap<string, ShadowExpectation>;
}

export interface ShadowExpectation {
  readonly decision?: string;
  readonly reason?: string;
  readonly rule?: string;
}
